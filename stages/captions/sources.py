"""The captions of a source, cleaned and checked, each with its image's path and split."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.captions.formats import FORMATS
from stages.captions.options import CaptionSource, Shares
from stages.captions.rows import COLUMNS, integer_id
from stages.common.files.errors import InputError, one_line
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
    found = FORMATS[source.format](path)
    rows = pd.DataFrame([checked_row(path, row) for row in found.itertuples()], columns=COLUMNS)
    images = rows[["image_id", "file_name", "split"]].drop_duplicates().set_index("image_id")
    if len(repeated := images.index[images.index.duplicated()]):
        both = images.loc[repeated[0]]
        column = "file_name" if both["file_name"].nunique() > 1 else "split"
        values = " and ".join(map(repr, both[column].unique()))
        raise InputError(f"{path}: image id {repeated[0]} has several values of {column}: {values}; give it one")
    paths = {key: inside(folder, name) for key, name in images["file_name"].items()}
    splits = image_splits(path, images["split"], source.split, shares, seed)
    return rows.assign(path=rows["image_id"].map(paths), split=rows["image_id"].map(splits))


def checked_row(path: Path, row) -> tuple[str, str, int, int, str]:
    """A row of the file `path` with integer ids, a clean caption, and its split as a text; InputError as above."""
    where = f"{path}: image {one_line(row.file_name)[:80]!r}"
    for what, text in (("file name", row.file_name), ("caption", row.caption)):
        if not isinstance(text, str):
            raise InputError(f"{where}: {what} is {one_line(text)}, not text; fix it")
        if LONE_SURROGATE.search(text):
            raise InputError(f"{where}: {what} holds half a character, a lone surrogate; export the file again")
        if len(text) > MAX_LENGTH:
            raise InputError(f"{where}: {what} has {len(text):,} characters, more than {MAX_LENGTH:,}; shorten it")
    try:
        image_id, caption_id = integer_id(row.image_id), integer_id(row.caption_id)
    except ValueError as error:
        raise InputError(f"{where}: {one_line(error)}; number the ids anew") from None
    if not (caption := clean(row.caption)):
        raise InputError(f"{where}: caption {row.caption_id} is empty; write one or drop it")
    return row.file_name, caption, image_id, caption_id, str(row.split)


def image_splits(path: Path, in_file: pd.Series, split: str, shares: Shares, seed: int) -> dict[int, str]:
    """One split for each image: `split` itself, for "file" as the file says, for "random" a draw by `shares`.

    `in_file` holds what the file says, by image id. The draw depends on the seed and the image's id alone, so that
    adding images moves no other image.
    """
    if split == "file":
        for key, found in in_file[~in_file.isin(SPLITS)].items():
            raise InputError(f"{path}: image id {key} has split {one_line(found)}, not train, val or test; name one")
        return in_file.to_dict()
    if split != "random":
        return dict.fromkeys(in_file.index, split)
    names, sizes = zip(*shares)
    draws = [np.random.default_rng([seed, key % 2**64]).random() for key in in_file.index]
    places = np.searchsorted(np.cumsum(sizes), draws, side="right").clip(max=len(names) - 1)
    return {key: names[place] for key, place in zip(in_file.index, places)}
