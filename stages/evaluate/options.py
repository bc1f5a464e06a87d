"""The parameters of stage evaluate."""

from typing import Annotated

from pydantic import Field

from stages.common.files.params import Block, Text


class EvaluateOptions(Block):
    """See params.yaml."""

    resamples: int = Field(ge=1, le=100_000)
    alphas: list[Annotated[float, Field(gt=0, lt=1)]] = Field(max_length=100)
    instances: Text
