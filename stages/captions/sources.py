"""The captions of a source, cleaned and checked, each with its image's path and split."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.captions.formats import FORMATS
from stages.captions.options import CaptionSource, Shares
from stages.captions.rows import integer_id
from stages.common.files.errors import InputError
from stages.common.files.storage import inside
from stages.common.files.tables import SPLITS
from stages.common.language.cleaning import LONE_SURROGATE, clean

MAX_LENGTH = 10_000  # characters; the parser's memory grows with the square of a sentence


def read_source(root: Path, source: CaptionSource, shares: Shares, seed: int) -> pd.DataFrame:
    """The captions of one source: columns image_id, caption_id (int), caption, path and split.

    InputError for a file name that leads out of the source's folder, a caption or an id that cannot be used, an image
    with two files or splits, and an unknown split.
    """
    path, folder = inside(root, source.annotations), inside(root, source.images)
    rows = FORMATS[source.format](path)
    ids = {name: [to_id(path, row.file_name, getattr(row, name)) for row in rows.itertuples()] for name in ID_COLUMNS}
    captions = [clean(usable(path, row, "caption")) for row in rows.itertuples()]
    rows = rows.assign(**ids, caption=captions)
    if empty := next((row for row in rows.itertuples() if not row.caption), None):
        raise InputError(f"{named(path, empty.file_name)}: caption {empty.caption_id} is empty; write one or drop it")
    images = rows.drop_duplicates(["image_id", "file_name", "split"]).set_index("image_id")
    if len(twice := images.index[images.index.duplicated()]):
        both = " and ".join(map(repr, images.loc[twice[0], "file_name"].unique()))
        raise InputError(f"{path}: image id {twice[0]} has two files or splits, {both}; make ids unique")
    paths = {key: inside(folder, usable(path, row, "file_name")) for key, row in images.iterrows()}
    splits = image_splits(path, images["split"], source.split, shares, seed)
    return rows.assign(path=rows["image_id"].map(paths), split=rows["image_id"].map(splits))


ID_COLUMNS = ("image_id", "caption_id")


def named(path: Path, file_name: object) -> str:
    """How messages name an image of the file `path`."""
    return f"{path}: image {str(file_name)[:80]!r}"


def to_id(path: Path, file_name: object, value: object) -> int:
    """An id as an integer; InputError where it is neither a number nor a text, or does not fit 64 bits."""
    try:
        found = integer_id(value)
    except TypeError:
        raise InputError(f"{named(path, file_name)}: id {value!r} is neither a number nor a text; fix it") from None
    if not -(2**63) <= found < 2**63:
        raise InputError(f"{named(path, file_name)}: id {found} does not fit 64 bits; number the ids anew")
    return found


def usable(path: Path, row, column: str) -> str:
    """A text as it is; InputError where it is not text, too long, or has half a character."""
    text = getattr(row, column)
    where = f"{named(path, row.file_name)}: {column.replace('_', ' ')}"
    if not isinstance(text, str):
        raise InputError(f"{where} is {text!r}, not text; fix it")
    if LONE_SURROGATE.search(text):
        raise InputError(f"{where} holds half a character, a lone surrogate; export the file again")
    if len(text) > MAX_LENGTH:
        raise InputError(f"{where} has {len(text):,} characters, more than {MAX_LENGTH:,}; shorten it")
    return text


def image_splits(path: Path, in_file: pd.Series, split: str, shares: Shares, seed: int) -> dict[int, str]:
    """One split for each image: `split` itself, for "file" as the file says, for "random" a draw by `shares`.

    `in_file` holds what the file says, by image id. The draw depends on the seed and the image's id alone, so that
    adding images moves no other image.
    """
    if split == "file":
        for key, found in in_file.items():
            if found not in SPLITS:
                raise InputError(f"{path}: image id {key} has the split {found!r}, not train, val or test; name one")
        return in_file.to_dict()
    if split != "random":
        return dict.fromkeys(in_file.index, split)
    names, sizes = zip(*shares)
    edges = np.cumsum(sizes)
    draws = {key: np.random.default_rng([seed, key % 2**64]).random() for key in in_file.index}
    return {k: names[min(int(np.searchsorted(edges, at, side="right")), len(names) - 1)] for k, at in draws.items()}
