"""The parameters of stage download: the block `download`."""

from pydantic import Field

from stages.common.files.params import Block, registry_options
from stages.download.published import PUBLISHED


class DownloadOptions(Block):
    """See params.yaml."""

    url: str = Field(pattern="^https?://")
    keep_zips: bool


Downloads = registry_options("Downloads", dict.fromkeys(PUBLISHED, DownloadOptions))
