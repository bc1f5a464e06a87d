"""The parameters of stage base."""

from pydantic import Field

from stages.common.params import Block, Text


class BaseOptions(Block):
    """See params.yaml; all but the first two are for training from scratch."""

    model: Text
    pretrained: str
    epochs: int = Field(ge=1, le=10_000)
    batch_size: int = Field(ge=2, le=65_536)
    lr: float = Field(gt=0, le=1)
    weight_decay: float = Field(ge=0, le=10)
    warmup: int = Field(ge=0, le=1_000_000)
