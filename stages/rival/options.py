"""The parameters of stage rival: the block `rivals`."""

from typing import Annotated

from pydantic import AfterValidator

from stages.common.params import Block, Name, Text


class RivalOptions(Block):
    """See params.yaml."""

    model: Text
    pretrained: Text


def not_base(name: str) -> str:
    """`name` as it is; ValueError for base, whose folder a rival would overwrite."""
    if name == "base":
        raise ValueError("it is that of the model to start from; give the rival another")
    return name


Rivals = dict[Annotated[Name, AfterValidator(not_base)], RivalOptions]
