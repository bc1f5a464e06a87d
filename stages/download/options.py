"""The parameters of stage download: the block `download`."""

from typing import Annotated

from pydantic import AfterValidator

from stages.common.files.params import Block, mapping
from stages.download.published import PUBLISHED


def web(url: str) -> str:
    """`url` as it is; ValueError where it is none of http or https."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("it takes the start of a URL, http:// or https://")
    return url


class DownloadOptions(Block):
    """See params.yaml."""

    url: Annotated[str, AfterValidator(web)]
    keep_zips: bool


Downloads = mapping("Downloads", dict.fromkeys(PUBLISHED, DownloadOptions))
