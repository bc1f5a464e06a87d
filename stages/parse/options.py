"""The parameters of stage parse."""

from typing import Literal

from stages.common.files.params import Block


class ParseOptions(Block):
    """See params.yaml."""

    models: Literal["compact", "default"]
