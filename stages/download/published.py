"""The published zips of each data set, with their sizes and checksums."""

from typing import NamedTuple


class Archive(NamedTuple):
    """A zip at `path` below the URL; unpacked, it gives `count` files that match `files`."""

    path: str
    size: int  # bytes
    md5: str
    files: str
    count: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


# COCO rounds sizes and has no checksums: public projects agree on these, MD5 by PaddleDetection's download.py.
PUBLISHED = {  # by the name of the folder in data/
    "coco": (
        Archive(
            path="annotations/annotations_trainval2017.zip",
            size=252_907_541,
            md5="f4bbac642086de4f52a3fdda2de5fa2c",
            files="annotations/captions_*2017.json",
            count=2,
        ),
        Archive("zips/val2017.zip", 815_585_330, "442b8da7639aecaf257c1dceb8ba8c80", "val2017/*.jpg", 5_000),
        Archive("zips/train2017.zip", 19_336_861_798, "cced6f7f71b7629ddf16f17bbcfab6b2", "train2017/*.jpg", 118_287),
    )
}
