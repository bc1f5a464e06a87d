"""The parameters of stage train."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from stages.common.files.params import Block, Name, mapping
from stages.train.losses import LOSSES

Share = Annotated[float, Field(gt=0, le=1)]


def known_losses(methods: object) -> object:
    """`methods` as they are; ValueError for one that is no loss, naming those there are."""
    strange = [name for name in methods if name not in LOSSES] if isinstance(methods, dict) else []
    if strange:
        raise ValueError(f"{strange[0]} is no loss of stages/train/losses, which holds {', '.join(LOSSES)}")
    return methods


def in_order(pair: list[float]) -> list[float]:
    """`pair` as it is; ValueError where the first is above the second."""
    if pair[0] > pair[1]:
        raise ValueError("the least share comes first")
    return pair


Methods = mapping("Methods", {name: loss.options for name, loss in LOSSES.items()})


class Augment(Block):
    """What is changed at random in a picture: see params.yaml."""

    crop: Annotated[list[Share], Field(min_length=2, max_length=2), AfterValidator(in_order)]
    flip: bool


class TrainOptions(Block):
    """See params.yaml."""

    methods: Annotated[Methods, BeforeValidator(known_losses)]
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
    def backbones_alone(self) -> "TrainOptions":
        if self.freeze == "backbones" and self.augment.crop[0] < 1:
            raise ValueError("freeze backbones computes an image's features once; make augment.crop [1.0, 1.0]")
        if self.freeze == "backbones" and self.adapters:
            raise ValueError("freeze backbones leaves nothing that adapters could change; make adapters 0")
        return self
