"""The captioned images of a source, each with its split."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from stages.captions.formats import FORMATS
from stages.captions.options import Shares, Source
from stages.captions.photo import Photo
from stages.common.errors import InputError
from stages.common.files import inside

SPLITS = ("train", "val", "test")


class Entry(NamedTuple):
    """A photograph of a source."""

    photo: Photo
    path: Path
    split: str


def assign_splits(image_ids: list[int], split: str, shares: Shares, seed: int) -> list[str]:
    """One split for each image: `split` itself, or for "random" a draw by `shares`.

    The draw hangs on the seed and the image's id alone, so adding images moves no other image.
    """
    if split != "random":
        return [split] * len(image_ids)
    names, sizes = zip(*shares)
    edges = np.cumsum(sizes)
    draws = [np.random.default_rng([seed, image_id]).random() for image_id in image_ids]
    return [names[min(int(np.searchsorted(edges, draw, side="right")), len(names) - 1)] for draw in draws]


def read_source(root: Path, source: Source, shares: Shares, seed: int) -> list[Entry]:
    """The captioned images of one source, by the reader of its format; nothing can be learnt from others.

    InputError for a file name that leads out of the source's folder, an empty caption, and a split that is none.
    """
    path, folder = inside(root, source.annotations), inside(root, source.images)
    photos = [photo for photo in FORMATS[source.format](path) if photo.captions]
    for photo in photos:
        if not all(caption.strip() for _, caption in photo.captions):
            raise InputError(f"{path}: a caption of {photo.file_name} is empty; write one or drop it")
        if source.split == "file" and photo.split not in SPLITS:
            says = f"says {photo.split!r}" if photo.split else "says none"
            raise InputError(f"{path} {says} for {photo.file_name}, not train, val or test; name a split or random")
    if source.split == "file":
        splits = [str(photo.split) for photo in photos]
    else:
        splits = assign_splits([photo.image_id for photo in photos], source.split, shares, seed)
    return [Entry(photo, inside(folder, photo.file_name), split) for photo, split in zip(photos, splits, strict=True)]
