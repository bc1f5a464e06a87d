"""The parameters of stage rival: the block `rivals`."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from stages.common.files.params import Block, Name, Text


class RivalOptions(Block):
    """See params.yaml."""

    model: Text
    pretrained: str

    @model_validator(mode="after")
    def has_weights(self) -> "RivalOptions":
        if not (self.pretrained or self.model.startswith("local-dir:")):
            raise ValueError("pretrained is empty; name weights: only a local-dir: model has its own")
        return self


def not_base(name: str) -> str:
    if name == "base":
        raise ValueError("base is the name of the starting model; give the rival another")
    return name


Rivals = dict[Annotated[Name, AfterValidator(not_base)], RivalOptions]
