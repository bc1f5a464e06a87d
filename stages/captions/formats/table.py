"""A table, csv or Parquet, with a row a caption: file_name and caption, and where there are such columns image_id,
caption_id and split.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from stages.captions.photo import Photo, number, opened
from stages.common.files.errors import InputError
from stages.common.files.storage import file_text

NEEDED = ["file_name", "caption"]


def read(path: Path) -> list[Photo]:
    """The captioned photographs; an image's id is its file's name, a caption's that and its place among the image's,
    where the table has none. InputError names the column that is missing and the row of an empty cell.
    """
    table = opened(path, "Parquet" if path.suffix == ".parquet" else "csv", table_of)
    if missing := [name for name in NEEDED if name not in table]:
        raise InputError(f"{path} has no column {missing[0]!r}, but {', '.join(table)}; rename one")
    used = table[[name for name in (*NEEDED, "image_id", "caption_id", "split") if name in table]]
    empty = used.isna() | (used == "")
    if empty.any(axis=None):
        row, column = next(zip(*empty.to_numpy().nonzero()))
        raise InputError(f"{path}: {used.columns[column]} of row {row + 1} is empty; fill it in or drop the row")
    try:
        return [*grouped_rows(used)]
    except TypeError as error:  # a cell of neither
        raise InputError(f"{path}: {error}; ids are whole numbers or texts, file_name and caption texts") from None


def grouped_rows(used: pd.DataFrame) -> Iterator[Photo]:
    """The photographs of a table's rows; TypeError for an id that is none."""
    for name, rows in used.groupby("file_name", sort=False):
        places = [f"{name}#{place}" for place in range(len(rows))]
        first, keys = rows.iloc[0], rows.get("caption_id", pd.Series(places)).tolist()
        captions = list(zip(map(number, keys), rows["caption"].tolist()))
        yield Photo(number(first.get("image_id", name)), str(name), captions, first.get("split"))


def table_of(path: Path) -> pd.DataFrame:
    """Parquet, or csv, whose cells are texts."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(io.StringIO(file_text(path)), dtype=str, keep_default_na=False)
