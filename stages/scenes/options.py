"""The parameters of stage scenes."""

from pydantic import Field

from stages.common.files.params import Block


class ScenesOptions(Block):
    """See params.yaml."""

    images: int = Field(ge=100, le=999_999)  # some for each split; file names have six digits
    size: int = Field(ge=16, le=2048)
