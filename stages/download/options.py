"""The parameters of stage download: the block `download`."""

from typing import Annotated

from pydantic import AfterValidator

from stages.common.files.params import Block, registry_options
from stages.download.published import PUBLISHED


def web_address(url: str) -> str:
    """`url` as it is; ValueError where it is not http or https."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("give the start of a URL, http:// or https://")
    return url


class DownloadOptions(Block):
    """See params.yaml."""

    url: Annotated[str, AfterValidator(web_address)]
    keep_zips: bool


Downloads = registry_options("Downloads", dict.fromkeys(PUBLISHED, DownloadOptions))
