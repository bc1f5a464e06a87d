"""A csv or Parquet file with a row a caption: columns file_name and caption, optionally image_id, caption_id, split."""

import io
from pathlib import Path

import pandas as pd

from stages.captions.rows import COLUMNS, REMEDY, text_of
from stages.common.files.errors import InputError, one_line


def read(path: Path) -> pd.DataFrame:
    """The captions. A missing image_id is the file name; a missing caption_id is that and its place among the image's.

    InputError names a missing column, and the row of an empty cell.
    """
    try:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(io.StringIO(text_of(path)), dtype=str, keep_default_na=False)  # all cells as texts
    except (ValueError, OSError) as error:
        raise InputError(f"{path} is not a valid table ({one_line(error)}); {REMEDY}") from None
    for name in ("file_name", "caption"):
        if name not in table:
            raise InputError(f"{path} has no column {name!r}, but {', '.join(table)}; rename one")
    used = table[[name for name in COLUMNS if name in table]].astype(object)
    empty = used.isna() | used.map(lambda cell: isinstance(cell, str) and not cell.strip())
    if empty.any(axis=None):
        row, column = next(zip(*empty.to_numpy().nonzero()))
        raise InputError(f"{path}: {used.columns[column]} of row {row + 1} is empty; fill it in or drop the row")
    names = used["file_name"].astype(str)
    caption_id = names + "#" + names.groupby(names).cumcount().astype(str)
    return pd.DataFrame({"image_id": used["file_name"], "caption_id": caption_id, "split": None} | dict(used))[COLUMNS]
