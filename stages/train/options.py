"""The parameters of stage train."""

import operator
from functools import reduce
from typing import Annotated, Literal

from pydantic import Field, ValidationError, create_model, model_validator

from stages.common.files.params import Block, Name
from stages.train.losses import LOSSES

Share = Annotated[float, Field(gt=0, le=1)]


class Augment(Block):
    """Random changes of pictures: see params.yaml."""

    crop: list[Share] = Field(min_length=2, max_length=2)
    flip: bool


class SharedOptions(Block):
    """The options that all methods share, and that each may change; see params.yaml."""

    epochs: int = Field(ge=1, le=1000)
    batch_size: int = Field(ge=1, le=65_536)
    lr: float = Field(gt=0, le=1)
    weight_decay: float = Field(ge=0, le=10)
    warmup: int = Field(ge=0, le=1_000_000)
    clip_norm: float = Field(gt=0, le=1_000_000)
    max_scale: float = Field(gt=1, le=1_000_000)
    sets: dict[Name, Annotated[float, Field(ge=0, le=100)]] = Field(min_length=1)
    freeze: Literal["none", "image", "text", "backbones"]
    adapters: int = Field(ge=0, le=1024)
    accumulate: int = Field(ge=1, le=10_000)
    augment: Augment
    alpha: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def options_fit(self) -> "SharedOptions":
        if self.augment.crop[0] > self.augment.crop[1]:
            raise ValueError(f"augment.crop is {self.augment.crop}; the least share comes first")
        if self.freeze == "backbones" and self.augment.crop[0] < 1:
            raise ValueError("freeze backbones computes an image's features once; make augment.crop [1.0, 1.0]")
        if self.freeze == "backbones" and self.adapters:
            raise ValueError("freeze backbones leaves nothing for adapters to change; make adapters 0")
        return self


def method_type(loss: str) -> type[Block]:
    """The options of a method with this loss: the loss's own, and any of the shared ones."""
    fields = SharedOptions.model_fields.items()
    shared = {name: (Annotated[field.annotation, *field.metadata, "may be left out"], None) for name, field in fields}
    return create_model(loss, __base__=LOSSES[loss].options, loss=(Literal[loss], ...), **shared)  # type: ignore


Method = Annotated[reduce(operator.or_, map(method_type, LOSSES)), Field(discriminator="loss")]


class TrainOptions(SharedOptions):
    """See params.yaml: the shared options, and the methods by name."""

    methods: dict[Name, Method]

    @model_validator(mode="after")
    def methods_fit(self) -> "TrainOptions":
        for name in self.methods:
            try:
                self.shared(name)
            except ValidationError as error:
                raise ValueError(f"methods.{name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
        return self

    def shared(self, method: str) -> SharedOptions:
        """The shared options with the changes of a method."""
        values = self.model_dump(exclude={"methods"})
        own = self.methods[method].model_dump(include=values.keys(), exclude_unset=True)
        return SharedOptions(**values | own)
