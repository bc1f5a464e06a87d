"""A csv or Parquet file with a row a caption: columns file_name and caption, optionally image_id, caption_id, split."""

import io
from pathlib import Path

import pandas as pd

from stages.captions.rows import COLUMNS, read_file
from stages.common.files.errors import InputError
from stages.common.files.storage import file_text


def read(path: Path) -> pd.DataFrame:
    """The captions. Ids that the table lacks are made from the file name, and for a caption its place among the image's.

    InputError names a missing column, and the row of an empty cell.
    """
    table = read_file(path, "Parquet" if path.suffix == ".parquet" else "csv", _read_table)
    for name in ("file_name", "caption"):
        if name not in table:
            raise InputError(f"{path} has no column {name!r}, but {', '.join(table)}; rename one")
    used = table[[name for name in COLUMNS if name in table]].astype(object)
    empty = used.isna() | used.map(lambda cell: isinstance(cell, str) and not cell.strip())
    if empty.any(axis=None):
        row, column = next(zip(*empty.to_numpy().nonzero()))
        raise InputError(f"{path}: {used.columns[column]} of row {row + 1} is empty; fill it in or drop the row")
    place = used.groupby("file_name", sort=False).cumcount().astype(str)
    made = {"image_id": used["file_name"], "caption_id": used["file_name"].astype(str) + "#" + place, "split": None}
    return used.assign(**{name: value for name, value in made.items() if name not in used})[COLUMNS]


def _read_table(path: Path) -> pd.DataFrame:
    """A Parquet file, or a csv file with all cells as texts."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(io.StringIO(file_text(path)), dtype=str, keep_default_na=False)
