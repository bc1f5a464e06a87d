"""The parameters of stage captions."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.captions.formats import FORMATS
from stages.common.files.params import Block, Text

Share = Annotated[float, Field(ge=0, le=1)]


class CaptionSource(Block):
    """A file of captions, the folder of its images, their split (file: as the file says), and the file's format."""

    annotations: Text
    images: Text
    split: Literal["train", "val", "test", "random", "file"]
    format: Literal[tuple(FORMATS)] = "coco"  # type: ignore[valid-type]


class Shares(Block):
    """How images are divided at random."""

    train: Share
    val: Share
    test: Share

    @model_validator(mode="after")
    def add_up(self) -> "Shares":
        if abs((total := self.train + self.val + self.test) - 1) > 1e-6:
            raise ValueError(f"train, val and test add up to {total:g}; make that 1")
        return self


class CaptionsOptions(Block):
    """See params.yaml."""

    root: Text
    sources: list[CaptionSource] = Field(min_length=1)
    shares: Shares
    short_side: int = Field(ge=8, le=8192)
