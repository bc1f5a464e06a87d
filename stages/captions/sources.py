"""The captioned images of a source, each with its split."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from stages.captions.formats import FORMATS
from stages.captions.options import Shares, Source
from stages.captions.photo import Photo
from stages.common.files.errors import InputError
from stages.common.files.storage import inside
from stages.common.files.tables import SPLITS
from stages.common.language.cleaning import HALF, clean

LONGEST = 10_000  # characters; the parser's memory grows with the square of a sentence


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
    draws = [np.random.default_rng([seed, image_id % 2**64]).random() for image_id in image_ids]  # no seed is negative
    return [names[min(int(np.searchsorted(edges, draw, side="right")), len(names) - 1)] for draw in draws]


def check(path: Path, photo: Photo) -> None:
    """InputError, one line, for a photograph of the file `path` that the tables cannot hold or nobody can read."""
    where = f"{path}: image {str(photo.file_name)[:80]!r} (id {photo.image_id})"
    for name, text in (("file name", photo.file_name), *((f"caption {key}", said) for key, said in photo.captions)):
        if not isinstance(text, str):
            raise InputError(f"{where}: {name} is {text!r}, which is no text; fix it")
        if HALF.search(text):
            raise InputError(f"{where}: {name} holds half a character, a lone surrogate; export the file again")
        if len(text) > LONGEST:
            raise InputError(f"{where}: {name} has {len(text):,} characters, more than {LONGEST:,}; shorten it")
    for key, caption in photo.captions:
        if not clean(caption)[0]:
            raise InputError(f"{where}: caption {key} is empty; write one or drop it")
    if wide := [i for i in (photo.image_id, *(key for key, _ in photo.captions)) if not -(2**63) <= i < 2**63]:
        raise InputError(f"{where}: id {wide[0]} does not fit 64 bits; number the ids anew")


def read_source(root: Path, source: Source, shares: Shares, seed: int) -> list[Entry]:
    """The captioned images of one source, by the reader of its format; nothing can be learnt from others.

    InputError for a file name that leads out of the source's folder, what `check` refuses, and a split that is none.
    """
    path, folder = inside(root, source.annotations), inside(root, source.images)
    photos = [photo for photo in FORMATS[source.format](path) if photo.captions]
    for photo in photos:
        check(path, photo)
        if source.split == "file" and photo.split not in SPLITS:
            says = f"says {photo.split!r}" if photo.split else "says none"
            raise InputError(f"{path} {says} for {photo.file_name}, not train, val or test; name a split or random")
    if source.split == "file":
        splits = [str(photo.split) for photo in photos]
    else:
        splits = assign_splits([photo.image_id for photo in photos], source.split, shares, seed)
    return [Entry(photo, inside(folder, photo.file_name), split) for photo, split in zip(photos, splits, strict=True)]
