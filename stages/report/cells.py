"""The page's tables, all of one form that the template knows.

A table has `head`, rows of (text, columns spanned) above the first column's names, and `rows` of a
name, its dot's colour or none, and cells of (text, mark); a mark is a class of the style sheet.
"""

from collections import Counter

import pandas as pd
from markupsafe import Markup

from stages.report.plots import SETS, TITLES, colour

Cell = tuple[str, str]


def percent(row) -> Markup:
    """An accuracy with its interval: "71.3 [68.9, 73.6]"."""
    numbers = (100 * row.accuracy, 100 * row.low, 100 * row.high)
    return Markup("{:.1f} <small>[{:.1f}, {:.1f}]</small>").format(*numbers)


def best_marks(values: list[float | None]) -> list[str]:
    """"top" for the highest of the values, empty for the others, for None and where all are equal."""
    known = {value for value in values if value is not None}
    return ["top" if len(known) > 1 and value == max(known) else "" for value in values]


def method_rows(table: pd.DataFrame, columns: list[tuple]) -> list[dict]:
    """A row a method; a cell a key of `columns`, (set, direction), the best of each column marked.

    `table` has method, set, direction, accuracy, low, high. A cell that does not exist stays empty.
    """
    methods = list(table["method"].unique())
    cells = {(row.method, row.set, row.direction): row for row in table.itertuples()}
    columns_of = []
    for key in columns:
        found = [cells.get((method, *key)) for method in methods]
        marks = best_marks([row.accuracy if row else None for row in found])
        columns_of.append([(percent(row) if row else "", mark) for row, mark in zip(found, marks)])
    return [
        {"name": method, "colour": colour(method), "cells": list(cells)}
        for method, cells in zip(methods, zip(*columns_of))
    ]


def set_columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Every (set, direction) of the table once, the directions of a set beside each other."""
    sets = list(table["set"].unique())
    keys = table[["set", "direction"]].drop_duplicates().itertuples(index=False, name=None)
    return sorted(keys, key=lambda key: sets.index(key[0]))


def set_head(columns: list[tuple[str, str]], titles: dict[str, str]) -> list[list[tuple[str, int]]]:
    """The two head rows of such columns: the sets, each above its directions."""
    sets = Counter(name for name, _ in columns)
    return [list(sets.items()), [(titles[direction], 1) for _, direction in columns]]


def accuracy_table(whole: pd.DataFrame) -> dict:
    """Methods by set and direction, and chance below them; `whole` has the rows of slice "all"."""
    keys, columns = ["set", "direction"], set_columns(whole)
    chance = whole.drop_duplicates(keys).set_index(keys)["chance"]
    cells = [(f"{100 * chance[key]:.1f}", "") for key in columns]
    rows = [*method_rows(whole, columns), {"name": "chance", "colour": "", "cells": cells}]
    return {"head": set_head(columns, TITLES), "rows": rows}


def macro_table(macro: pd.DataFrame, whole: pd.DataFrame) -> dict:
    """Means over verbs both ways, then tuples right in both directions at once, by set."""
    macro = macro[macro["direction"] != "group"]
    both = pd.concat([macro, whole[whole["direction"] == "group"]])
    columns = set_columns(both)
    head = set_head(columns, {"i2t": "i → t", "t2i": "t → i", "group": "both"})
    return {"head": head, "rows": method_rows(both, columns)}


def by_method(table: pd.DataFrame, keys: list[str], name) -> dict:
    """A row per combination of `keys`, named by `name(row)`; a column a method, the best marked."""
    methods, rows = list(table["method"].unique()), []
    for _, part in table.groupby(keys, sort=False):
        found = {row.method: row for row in part.itertuples()}
        marks = best_marks([found[method].accuracy if method in found else None for method in methods])
        cells = [percent(found[method]) if method in found else "" for method in methods]
        first = next(part.itertuples())
        rows.append({"name": name(first), "colour": "", "cells": list(zip(cells, marks))})
    return {"head": [[(method, 1) for method in methods]], "rows": rows}


def slice_table(accuracy: pd.DataFrame) -> dict:
    """Image-to-text accuracy within every slice that is a true part of a hard set, with its count."""
    part = accuracy[(accuracy["direction"] == "i2t") & (accuracy["set"] != "random")]
    whole = part[part["slice"] == "all"].set_index(["method", "set"])["count"]
    sizes = whole.reindex(pd.MultiIndex.from_frame(part[["method", "set"]])).to_numpy()
    part = part[part["count"].to_numpy() < sizes]
    part = part.sort_values("set", key=lambda names: names.map(list(SETS).index), kind="stable")
    return by_method(part, ["set", "slice"], lambda row: f"{row.set}, {row.slice} ({row.count:,})")


def benchmark_table(benchmarks: pd.DataFrame) -> dict:
    """Accuracy of every method on the field's benchmarks, per category, with its count."""

    def name(row) -> str:
        titles = TITLES | {"text": "text score", "image": "image score", "group": "group score"}
        return f"{row.benchmark}, {row.category}, {titles[row.direction]} ({row.count:,})"

    return by_method(benchmarks, ["benchmark", "category", "direction"], name)


def difference_table(table: pd.DataFrame) -> dict:
    """Paired differences in points: a row per pair of methods, columns as in `accuracy_table`.

    A cell is marked better or worse where its interval leaves out zero; an absent one is empty.
    """
    columns, rows = set_columns(table), []
    for (method, minus), part in table.groupby(["method", "minus"], sort=False):
        found = {(row.set, row.direction): difference(row) for row in part.itertuples()}
        cells = [found.get(key, ("", "")) for key in columns]
        rows.append({"name": f"{method} − {minus}", "colour": "", "cells": cells})
    return {"head": set_head(columns, TITLES), "rows": rows}


def difference(row) -> Cell:
    """A difference in points with its interval, and whether that leaves out zero."""
    numbers = (100 * row.difference, 100 * row.low, 100 * row.high)
    text = Markup("{:+.1f} <small>[{:+.1f}, {:+.1f}]</small>").format(*numbers)
    return text, "better" if row.low > 0 else "worse" if row.high < 0 else ""


CONTROLS = {
    "language_prior": "no image: how frequent the text is in training",
    "text_classifier": "no image: a classifier on text embeddings",
    "shuffled_i2t": "another image, image to text",
    "shuffled_t2i": "another image, text to image",
}


def control_table(controls: dict[str, dict[str, float]], whole: pd.DataFrame) -> dict:
    """The controls of one method, set -> control -> percent, above chance; absent ones are empty."""
    rows = [
        {"name": text, "colour": "", "cells": [(sets.get(name, ""), "") for sets in controls.values()]}
        for name, text in CONTROLS.items()
    ]
    part = whole[whole["direction"] == "i2t"].drop_duplicates("set").set_index("set")["chance"]
    cells = [(f"{100 * part[name]:.1f}", "") for name in controls]
    rows.append({"name": "chance, image to text", "colour": "", "cells": cells})
    return {"head": [[(name, 1) for name in controls]], "rows": rows}


MEASURES = {  # of the retention table: group, name
    "relation": ("overall", "relation"),
    "retention": ("overall", "retention"),
    "i2t_recall@1": ("image to caption", "R@1"),
    "i2t_recall@5": ("image to caption", "R@5"),
    "i2t_recall@10": ("image to caption", "R@10"),
    "t2i_recall@1": ("caption to image", "R@1"),
    "t2i_recall@5": ("caption to image", "R@5"),
    "t2i_recall@10": ("caption to image", "R@10"),
    "noun_accuracy": ("zero-shot", "nouns"),
    "category_accuracy": ("zero-shot", "categories"),
    "verb_probe_accuracy": ("verb probe", "accuracy"),
    "verb_probe_commonest": ("verb probe", "commonest"),
}


def retention_cells(table: pd.DataFrame) -> dict:
    """A row a method and a column each of its MEASURES, in percent, the best marked."""
    measures = [name for name in MEASURES if name in table]
    marks = [best_marks(table[name].tolist()) for name in measures]
    rows = []
    for place, row in enumerate(table.to_dict("records")):
        cells = [(f"{row[name]:.1f}", mark[place]) for name, mark in zip(measures, marks)]
        rows.append({"name": row["method"], "colour": colour(row["method"]), "cells": cells})
    groups = Counter(MEASURES[name][0] for name in measures)
    return {"head": [list(groups.items()), [(MEASURES[name][1], 1) for name in measures]], "rows": rows}


def count_table(sets: dict[str, dict]) -> dict:
    """Tuples by set and split, and how well texts alone are told apart, from the negatives' summary."""
    rows = []
    for name, numbers in sets.items():
        counts = [(f"{numbers['tuples'][split]:,}", "") for split in ("train", "val", "test")]
        blind = numbers["blind_classifier"]
        cells = [*counts, ("" if blind is None else f"{100 * blind:.1f}", "")]
        rows.append({"name": name, "colour": "", "cells": cells})
    head = [("train", 1), ("val", 1), ("test", 1), ("text classifier on test, %", 1)]
    return {"head": [head], "rows": rows}
