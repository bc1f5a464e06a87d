"""The page's tables, all of one form that the template knows.

A table has `head`, rows of (text, columns spanned), and `rows`, each a name and cells of (text, mark); a mark is a
class of the style sheet.
"""

from collections import Counter
from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

MAX_ROWS = 60
TITLES = {"i2t": "image to text", "t2i": "text to image", "group": "both at once"}
COUNTED = ("mean rank",)  # sets whose values are numbers, not shares; the lowest is the best


def is_count(name: str) -> bool:
    return name.startswith(COUNTED)


def cell(row) -> Markup:
    """A value in percent, with its interval if it has one: "71.3 [68.9, 73.6]"."""
    scale, digits = (1, 2) if is_count(row.set) else (100, 1)
    value = Markup(f"{scale * row.value:.{digits}f}")
    if pd.isna(row.low):
        return value
    return value + Markup(" <small>[{}, {}]</small>").format(*(f"{scale * n:.{digits}f}" for n in (row.low, row.high)))


def marked(found: list) -> list[tuple[str, str]]:
    """Cells of values that compete, "" for None; the best one is marked "top", unless all are equal."""
    values = [None if row is None else -row.value if is_count(row.set) else row.value for row in found]
    return [("" if row is None else cell(row), mark) for row, mark in zip(found, best_marks(values))]


def best_marks(values: list[float | None]) -> list[str]:
    """ "top" for the highest of the values; "" for the others, for None, and where all are equal."""
    known = {value for value in values if value is not None}
    return ["top" if len(known) > 1 and value == max(known) else "" for value in values]


def named_row(name: str, cells: list) -> dict:
    """A row; a cell that is only text has no mark."""
    return {"name": name, "cells": [cell if isinstance(cell, tuple) else (cell, "") for cell in cells]}


def head(keys: list[tuple[str, ...]]) -> list[list[tuple[str, int]]]:
    """The head rows over columns named by keys of one or two parts: a first part spans its columns."""
    last = [(TITLES.get(key[-1], key[-1]), 1) for key in keys]
    if not keys or len(keys[0]) == 1:
        return [last]
    return [[(TITLES.get(name, name), count) for name, count in Counter(key[0] for key in keys).items()], last]


def by_columns(rows: pd.DataFrame, columns: tuple[str, ...]) -> dict:
    """A row a model, columns headed by the values of one or two `columns`, and a row for chance if all know it.

    Rows with a direction that none of TITLES names are of readers without images, the same for every model: they come
    last, named after it.
    """
    first = rows["model"].iloc[0]
    own = rows["direction"].isin(TITLES)
    scorers = [(model, part) for model, part in rows[own].groupby("model", sort=False)]
    blind = rows[~own & (rows["model"] == first)]
    keys = list(dict.fromkeys(rows[list(columns)].itertuples(index=False, name=None)))
    keys = sorted(keys, key=lambda key: [k[0] for k in keys].index(key[0]))
    cells = {name: {tuple(getattr(r, c) for c in columns): r for r in part.itertuples()} for name, part in scorers}
    marks = list(zip(*(marked([found.get(key) for found in cells.values()]) for key in keys)))
    body = [named_row(name, list(row)) for name, row in zip(cells, marks)]
    for name, part in blind.groupby("direction", sort=False):
        found = {tuple(getattr(r, c) for c in columns): r for r in part.itertuples()}
        body.append(named_row(name, [cell(found[key]) if key in found else "" for key in keys]))
    chance = rows[own].drop_duplicates(list(columns)).set_index(list(columns))["chance"]
    if len(chance) and chance.notna().all():
        body.append(named_row("chance", [f"{100 * chance[key if len(key) > 1 else key[0]]:.1f}" for key in keys]))
    return {"head": head(keys), "rows": body}


def by_rows(rows: pd.DataFrame, keys: list[str], label: Callable | None = None) -> dict:
    """A row for each combination of `keys`, named by its parts and count or by `label`; a column a model."""
    models, body = list(rows["model"].unique()), []

    def plain(row) -> str:
        parts = [TITLES.get(part, part) for part in (getattr(row, key) for key in keys) if part != "all"]
        return f"{', '.join(parts)} ({row.count:,})"

    for _, part in rows.groupby(keys, sort=False):
        found = {row.model: row for row in part.itertuples()}
        body.append(named_row((label or plain)(next(part.itertuples())), marked([found.get(m) for m in models])))
    if more := len(body) - MAX_ROWS:
        body = [*body[:MAX_ROWS], named_row(f"{more} more in metrics/details", [])] if more > 0 else body
    return {"head": head([(model,) for model in models]), "rows": body}


def difference_table(differences: pd.DataFrame) -> dict:
    """Paired differences in points: a row a pair of models, columns by set and direction.

    A cell is marked better or worse where its interval leaves out zero.
    """
    keys = list(dict.fromkeys(zip(differences["set"], differences["direction"])))
    keys, body = sorted(keys, key=lambda key: [name for name, _ in keys].index(key[0])), []
    for (model, minus), part in differences.groupby(["model", "minus"], sort=False):
        found = {}
        for row in part.itertuples():
            found[row.set, row.direction] = (points(row), "better" if row.low > 0 else "worse" if row.high < 0 else "")
        body.append(named_row(f"{model} − {minus}", [found.get(key, "") for key in keys]))
    return {"head": head(keys), "rows": body}


def points(row) -> Markup:
    """A difference with its interval: "+2.1 [+0.4, +3.9]"."""
    numbers = (100 * row.difference, 100 * row.low, 100 * row.high)
    return Markup("{:+.1f} <small>[{:+.1f}, {:+.1f}]</small>").format(*numbers)


def score_table(scores: pd.DataFrame) -> dict:
    """A row a model with relation and retention, in percent."""
    names = [name for name in ("relation", "retention") if name in scores]
    marks = [best_marks(scores[name].tolist()) for name in names]
    cells = [[(f"{value:.1f}", mark) for value, mark in zip(scores[name], m)] for name, m in zip(names, marks)]
    body = [named_row(model, list(row)) for model, row in zip(scores["model"], zip(*cells))]
    return {"head": head([(name,) for name in names]), "rows": body}


def count_table(sets: dict[str, dict]) -> dict:
    """Tuples by set and split, and how well texts alone are told apart, from the summary of stage negatives."""
    splits, body = ("train", "val", "test"), []
    for name, numbers in sets.items():
        blind = numbers["blind_classifier"]
        counts = [f"{numbers['tuples'][split]:,}" for split in splits]
        body.append(named_row(name, [*counts, "" if blind is None else f"{100 * blind:.1f}"]))
    return {"head": [[(name, 1) for name in (*splits, "text classifier on test, %")]], "rows": body}
