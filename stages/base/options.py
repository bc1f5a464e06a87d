"""The parameters of stage base."""

from typing import Literal

from pydantic import Field, model_validator

from stages.common.files.params import Block, Text


class BaseOptions(Block):
    """See params.yaml; all but model, pretrained and files are for training on whole captions."""

    model: Text
    pretrained: str
    files: Text
    freeze: Literal["none", "backbones"]
    epochs: int = Field(ge=0, le=10_000)
    batch_size: int = Field(ge=2, le=65_536)
    lr: float = Field(gt=0, le=1)
    weight_decay: float = Field(ge=0, le=10)
    warmup: int = Field(ge=0, le=1_000_000)

    @model_validator(mode="after")
    def has_weights(self) -> "BaseOptions":
        if not (self.epochs or self.pretrained or self.model.startswith("local-dir:")):
            raise ValueError("with epochs 0 and no pretrained weights the model stays random; give either")
        return self
