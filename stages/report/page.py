"""The report as one HTML page that needs no server, no script and no other file."""

import base64
from pathlib import Path

import jinja2
import pandas as pd

from stages.report.plots import COLOURS, TITLES

TEMPLATE = Path(__file__).with_name("page.html")


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as a data URI; `kind` is the media type, such as image/jpeg."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def percent(row: pd.Series) -> str:
    """An accuracy with its interval: "71.3 [68.9, 73.6]"."""
    return f"{100 * row['accuracy']:.1f} <small>[{100 * row['low']:.1f}, {100 * row['high']:.1f}]</small>"


def accuracy_table(accuracy: pd.DataFrame) -> dict:
    """Columns (set, direction) and, per method and for chance, the cells of the main table.

    The best accuracy of each column is marked. `accuracy` has the rows of slice "all".
    """
    columns = list(accuracy[["set", "direction"]].drop_duplicates().itertuples(index=False, name=None))
    cells = accuracy.set_index(["method", "set", "direction"])
    top = accuracy.groupby(["set", "direction"])["accuracy"].max()
    rows = [
        {
            "name": method,
            "colour": COLOURS[method],
            "cells": [
                {"text": percent(cells.loc[(method, *key)]), "best": cells.loc[(method, *key), "accuracy"] == top[key]}
                for key in columns
            ],
        }
        for method in accuracy["method"].unique()
    ]
    chance = [f"{100 * cells.xs(key, level=['set', 'direction'])['chance'].iloc[0]:.1f}" for key in columns]
    sets = [(name, sum(key[0] == name for key in columns)) for name in accuracy["set"].unique()]
    return {"sets": sets, "columns": [TITLES[key[1]] for key in columns], "rows": rows, "chance": chance}


def difference_table(table: pd.DataFrame) -> dict:
    """Paired differences in points: a row per pair and direction, a column per set.

    A cell is marked better or worse where its interval leaves out zero; an absent one is empty.
    """
    sets = list(table["set"].unique())
    rows = []
    for (method, minus, direction), part in table.groupby(["method", "minus", "direction"], sort=False):
        cells = {row.set: _difference(row) for row in part.itertuples()}
        name = {"pair": f"{method} − {minus}", "direction": TITLES[direction]}
        rows.append(name | {"cells": [cells.get(group, {"text": "", "verdict": ""}) for group in sets]})
    return {"sets": sets, "rows": rows}


def _difference(row) -> dict[str, str]:
    interval = f"<small>[{100 * row.low:+.1f}, {100 * row.high:+.1f}]</small>"
    verdict = "better" if row.low > 0 else "worse" if row.high < 0 else ""
    return {"text": f"{100 * row.difference:+.1f} {interval}", "verdict": verdict}


def gallery_cards(rows: pd.DataFrame, jpegs: dict[int, bytes]) -> list[dict]:
    """One card per tuple: both pictures, both texts, and the anchor image's cosines by both methods."""
    return [
        {
            "set": row.set,
            "anchor": data_uri(jpegs[row.images[0]], "image/jpeg"),
            "negative": data_uri(jpegs[row.images[1]], "image/jpeg"),
            "text": row.texts[0],
            "rival": row.texts[row.best_text],
            "base": (f"{row.true_score_base:.3f}", f"{row.text_score_base:.3f}"),
            "best": (f"{row.true_score:.3f}", f"{row.text_score:.3f}"),
        }
        for row in rows.itertuples()
    ]


def render(content: dict) -> str:
    """The whole page from the template and its content; text is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content)
