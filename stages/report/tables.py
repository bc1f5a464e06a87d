"""The page's tables, all made by `grid` in one form that the template knows.

Rows of measures have the columns model, set, direction, slice, value, low, high, count and chance.
"""

from collections.abc import Iterable

import pandas as pd

from stages.report.collect import TupleCounts

Cell = tuple[str, tuple[str, ...], str, str]  # its row's name, its column's key, its text, its class in the page
MAX_ROWS = 60
TITLES = {"i2t": "image to text", "t2i": "text to image", "group": "both at once"}
# How the names of sets and slices begin whose values are not shares of which the highest is the best:
NUMBERS = ("mean rank",)
LOWEST_BEST = (*NUMBERS, "calibration error", "other nouns stand out")
UNRANKED = ("no image", "another image")  # controls


def grid(cells: Iterable[Cell]) -> dict:
    """A table of cells; rows and columns in order of appearance, columns with the same first part together.

    `head` holds rows of (text, columns spanned): a key of two parts has a row for each. `rows` have a name and cells of
    (text, class).

    >>> table = grid([("base", ("dynamic", "i2t"), "71.3", "top")])
    >>> table["head"], table["rows"]
    ([[('dynamic', 1)], [('image to text', 1)]], [{'name': 'base', 'cells': [('71.3', 'top')]}])
    """
    rows: dict[str, dict] = {}
    groups: dict[str, dict] = {}
    for name, key, text, mark in cells:
        rows.setdefault(name, {})[key] = (text, mark)
        groups.setdefault(key[0], {})[key] = None
    keys = [key for group in groups.values() for key in group]
    head = [[(TITLES.get(key[-1], key[-1]), 1) for key in keys]]
    if any(len(key) > 1 for key in keys):
        head.insert(0, [(TITLES.get(name, name), len(group)) for name, group in groups.items()])
    body = [{"name": name, "cells": [row.get(key, ("", "")) for key in keys]} for name, row in rows.items()]
    return {"head": head, "rows": body}


def best_marks(values: pd.Series, groups: list[pd.Series]) -> list[str]:
    """ "top" for the highest value of each group, unless all are equal; "" for the others.

    >>> best_marks(pd.Series([1.0, None, 2.0, 3.0, 3.0]), [pd.Series(["a", "a", "a", "b", "b"])])
    ['', '', 'top', '', '']
    """
    grouped = values.groupby(groups)
    best = (values == grouped.transform("max")) & (grouped.transform("nunique") > 1)
    return ["top" if one else "" for one in best]


def with_cells(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Rows of measures with `text`, "71.3 [68.9, 73.6]", and `mark`, of the best of those alike in `columns`."""

    def begins(names: tuple[str, ...]) -> pd.Series:
        return rows["set"].str.startswith(names) | rows["slice"].str.startswith(names)

    texts = []
    for row, number in zip(rows.itertuples(), begins(NUMBERS)):
        value, low, high = (f"{part:.2f}" if number else f"{100 * part:.1f}" for part in (row.value, row.low, row.high))
        texts.append(value if pd.isna(row.low) else f"{value} [{low}, {high}]")
    values = rows["value"].mask(begins(LOWEST_BEST), -rows["value"]).mask(begins(UNRANKED))
    return rows.assign(text=texts, mark=best_marks(values, [rows[name] for name in columns]))


def by_columns(rows: pd.DataFrame, columns: tuple[str, ...]) -> dict:
    """A row a model, columns headed by the values of one or two `columns`, and a row for chance if all know it.

    Rows with a direction that none of TITLES names are of readers without images, the same for every model: they come
    last, named after it.
    """
    own, names = rows["direction"].isin(TITLES), list(columns)
    models, readers = with_cells(rows[own], names), with_cells(rows[~own], names)
    parts = [models, readers.assign(model=readers["direction"], mark="")]
    if len(models) and models["chance"].notna().all():
        chance = models.drop_duplicates(names)
        parts.append(chance.assign(model="chance", mark="", text=[f"{100 * level:.1f}" for level in chance["chance"]]))
    table = pd.concat(parts)
    keys = table[names].itertuples(index=False, name=None)
    return grid(zip(table["model"], keys, table["text"], table["mark"]))


def by_rows(rows: pd.DataFrame, keys: list[str]) -> dict:
    """A row for each combination of `keys`, named by its parts and its count; a column a model."""
    cells, names = with_cells(rows, keys), []
    counts = rows.groupby(keys)["count"].transform("first")  # of the first model: one name for all models
    for key, count in zip(rows[keys].itertuples(index=False, name=None), counts):
        names.append(", ".join(TITLES.get(part, part) for part in key if part != "all") + f" ({count:,})")
    table = grid(zip(names, zip(cells["model"]), cells["text"], cells["mark"]))
    if (more := len(table["rows"]) - MAX_ROWS) > 0:
        table["rows"][MAX_ROWS:] = [{"name": f"{more} more in metrics/details", "cells": []}]
    return table


def difference_table(differences: pd.DataFrame) -> dict:
    """Paired differences in points: a row a pair of models, columns by set and direction.

    A cell is marked better or worse where its interval leaves out zero.
    """
    cells = []
    for row in differences.itertuples():
        mark = "better" if row.low > 0 else "worse" if row.high < 0 else ""
        cells.append((f"{row.model} − {row.minus}", (row.set, row.direction), points(row), mark))
    return grid(cells)


def points(row) -> str:
    """A difference with its interval: "+2.1 [+0.4, +3.9]"."""
    return f"{100 * row.difference:+.1f} [{100 * row.low:+.1f}, {100 * row.high:+.1f}]"


def score_table(scores: pd.DataFrame) -> dict:
    """A row a model, and a column for each of its scores in percent."""
    rows = scores.melt("model")
    texts = [f"{value:.1f}" for value in rows["value"]]
    return grid(zip(rows["model"], zip(rows["variable"]), texts, best_marks(rows["value"], [rows["variable"]])))


def count_table(sets: dict[str, TupleCounts]) -> dict:
    """Tuples by set and split, and how well texts alone are told apart, from the summary of stage negatives."""
    cells: list[Cell] = []
    for name, numbers in sets.items():
        blind, texts = numbers["blind_classifier"], {split: f"{n:,}" for split, n in numbers["tuples"].items()}
        texts["text classifier on test, %"] = "" if blind is None else f"{100 * blind:.1f}"
        cells += [(name, (column,), text, "") for column, text in texts.items()]
    return grid(cells)
