"""The published zips of each data set, with their sizes and checksums."""

from pathlib import Path
from typing import NamedTuple

from stages.common.files.storage import read_json


class Archive(NamedTuple):
    """The zip `name` in `folder` below the URL; unpacked, it gives `count` files that match `files`."""

    folder: str
    name: str
    size: int  # bytes
    md5: str
    files: str
    count: int


# COCO rounds sizes and has no checksums: public projects agree on these, MD5 by PaddleDetection's download.py.
FILE = Path(__file__).with_suffix(".json")  # by the name of the folder in data/
PUBLISHED = read_json(FILE, dict[str, list[Archive]], f"restore it with `git checkout {FILE}`")
