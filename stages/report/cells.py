"""The page's tables, all of one form that the template knows.

A table has `head`, rows of (text, columns spanned) above the first column's names, and `rows` of a
name and cells of (text, mark); a mark is a class of the style sheet.
"""

from collections import Counter

import pandas as pd
from markupsafe import Markup

from stages.report.collect import HELD_OUT

TITLES = {"i2t": "image to text", "t2i": "text to image", "group": "both at once"}
CONTROLS = {
    "language_prior": "no image: how frequent the text is in training",
    "text_classifier": "no image: a classifier on text embeddings",
    "shuffled_i2t": "another image, image to text",
    "shuffled_t2i": "another image, text to image",
}
BLIND = {"commonest": "no image: the commonest verb", "blind": "no image: both nouns"}
INFERRED = {  # of the table of zero-shot inference: (offered, measure, verbs) -> group, name
    **{("all", f"verb@{k}", "all"): ("which verb, of all", f"among {k}" if k > 1 else "first") for k in (1, 5)},
    ("all", "mean rank", "all"): ("which verb, of all", "mean rank"),
    **{("all", "verb@1", verbs): ("which verb, of all", f"first, {verbs}") for verbs in ("dynamic", "stative")},
    ("of such nouns", "verb@1", "all"): ("of those seen so", "first"),
    ("both orders", "roles", "all"): ("who?", "right"),
}
MEASURES = {  # of the table of scores: group, name
    "relation": ("overall", "relation"),
    "retention": ("overall", "retention"),
    **{f"i2t_recall@{rank}": ("image to caption", f"R@{rank}") for rank in (1, 5, 10)},
    **{f"t2i_recall@{rank}": ("caption to image", f"R@{rank}") for rank in (1, 5, 10)},
    "noun_accuracy": ("zero-shot", "nouns"),
    "category_accuracy": ("zero-shot", "categories"),
    "verb_probe_accuracy": ("verb probe", "accuracy"),
    "verb_probe_commonest": ("verb probe", "commonest"),
}


def percent(row) -> Markup:
    """An accuracy with its interval: "71.3 [68.9, 73.6]"."""
    return interval([100 * row.accuracy, 100 * row.low, 100 * row.high])


def interval(numbers: list[float], digits: int = 1) -> Markup:
    """A number and the two of its interval."""
    return Markup("{} <small>[{}, {}]</small>").format(*(f"{number:.{digits}f}" for number in numbers))


def best_marks(values: list[float | None]) -> list[str]:
    """ "top" for the highest of the values, empty for the others, for None and where all are equal."""
    known = {value for value in values if value is not None}
    return ["top" if len(known) > 1 and value == max(known) else "" for value in values]


def named_row(name: str, cells: list) -> dict:
    """A row of a table; a cell that is text alone has no mark."""
    return {"name": name, "cells": [cell if isinstance(cell, tuple) else (cell, "") for cell in cells]}


def model_rows(table: pd.DataFrame, columns: list[tuple[str, str]]) -> list[dict]:
    """A row a model; a cell a key of `columns`, (set, direction), the best of each column marked.

    `table` has model, set, direction, accuracy, low, high. A cell that does not exist stays empty.
    """
    models = list(table["model"].unique())
    cells = {(row.model, row.set, row.direction): row for row in table.itertuples()}
    columns_of = [marked([cells.get((model, *key)) for model in models]) for key in columns]
    return [named_row(model, list(row)) for model, row in zip(models, zip(*columns_of))]


def marked(found: list) -> list[tuple[str, str]]:
    """Cells of accuracies that compete, None for an absent one, the best of them marked."""
    marks = best_marks([row.accuracy if row else None for row in found])
    return [(percent(row) if row else "", mark) for row, mark in zip(found, marks)]


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
    """Models by set and direction, and chance below them; `whole` has the rows of slice "all"."""
    keys, columns = ["set", "direction"], set_columns(whole)
    chance = whole.drop_duplicates(keys).set_index(keys)["chance"]
    last = named_row("chance", [f"{100 * chance[key]:.1f}" for key in columns])
    return {"head": set_head(columns, TITLES), "rows": [*model_rows(whole, columns), last]}


def macro_table(macro: pd.DataFrame, whole: pd.DataFrame) -> dict:
    """Means over verbs both ways, then tuples right in both directions at once, by set."""
    macro = macro[macro["direction"] != "group"]
    both = pd.concat([macro, whole[whole["direction"] == "group"]])
    columns = set_columns(both)
    head = set_head(columns, {"i2t": "i → t", "t2i": "t → i", "group": "both"})
    return {"head": head, "rows": model_rows(both, columns)}


def by_model(table: pd.DataFrame, keys: list[str], name) -> dict:
    """A row per combination of `keys`, named by `name(row)`; a column a model, the best marked."""
    models, rows = list(table["model"].unique()), []
    for _, part in table.groupby(keys, sort=False):
        found = {row.model: row for row in part.itertuples()}
        rows.append(named_row(name(next(part.itertuples())), marked([found.get(model) for model in models])))
    return {"head": [[(model, 1) for model in models]], "rows": rows}


def held_out_table(held_out: pd.DataFrame) -> dict:
    """Accuracy of every model on combinations seen in training and held out, by set and direction."""
    keys = ["set", "direction", "slice"]
    return by_model(held_out, keys, lambda row: f"{row.set}, {TITLES[row.direction]}, {row.slice} ({row.count:,})")


def slice_table(accuracy: pd.DataFrame, hard: list[str]) -> dict:
    """Image-to-text accuracy within the slices that are a true part of a hard set, but those of `held_out_table`."""
    part = accuracy[(accuracy["direction"] == "i2t") & accuracy["set"].isin(hard)]
    whole = part[part["slice"] == "all"].set_index(["model", "set"])["count"]
    sizes = whole.reindex(pd.MultiIndex.from_frame(part[["model", "set"]])).to_numpy()
    part = part[(part["count"].to_numpy() < sizes) & ~part["slice"].isin(HELD_OUT)]
    part = part.sort_values("set", key=lambda names: names.map(hard.index), kind="stable")
    return by_model(part, ["set", "slice"], lambda row: f"{row.set}, {row.slice} ({row.count:,})")


def benchmark_table(benchmarks: pd.DataFrame) -> dict:
    """Accuracy of every model on the field's benchmarks, per category, with its count."""
    keys, titles = ["benchmark", "category", "direction"], TITLES | {"group": "group score"}
    titles |= {"text": "text score", "image": "image score"}

    def label(row) -> str:
        return f"{row.benchmark}, {row.category}, {titles.get(row.direction, row.direction)} ({row.count:,})"

    return by_model(benchmarks, keys, label)


def difference_table(table: pd.DataFrame) -> dict:
    """Paired differences in points: a row per pair of models, columns as in `accuracy_table`.

    A cell is marked better or worse where its interval leaves out zero; an absent one is empty.
    """
    columns, rows = set_columns(table), []
    for (model, minus), part in table.groupby(["model", "minus"], sort=False):
        found = {}
        for row in part.itertuples():
            mark = "better" if row.low > 0 else "worse" if row.high < 0 else ""
            found[row.set, row.direction] = (points(row), mark)
        rows.append(named_row(f"{model} − {minus}", [found.get(key, "") for key in columns]))
    return {"head": set_head(columns, TITLES), "rows": rows}


def points(row) -> Markup:
    """A difference with its interval: "+2.1 [+0.4, +3.9]"."""
    numbers = (100 * row.difference, 100 * row.low, 100 * row.high)
    return Markup("{:+.1f} <small>[{:+.1f}, {:+.1f}]</small>").format(*numbers)


def control_table(controls: dict[str, dict[str, float]], whole: pd.DataFrame) -> dict:
    """The controls of one model, set -> control -> percent, above chance; absent ones are empty."""
    rows = [named_row(text, [sets.get(name, "") for sets in controls.values()]) for name, text in CONTROLS.items()]
    part = whole[whole["direction"] == "i2t"].drop_duplicates("set").set_index("set")["chance"]
    rows.append(named_row("chance, image to text", [f"{100 * part[name]:.1f}" for name in controls]))
    return {"head": [[(name, 1) for name in controls]], "rows": rows}


def inference_table(inference: pd.DataFrame) -> dict:
    """A row a model, then the readers that see no image; a column each of INFERRED that there is."""
    scorers = [(model, "model") for model in inference["model"].unique()]
    scorers += [(scorers[0][0], by) for by in BLIND] if scorers else []
    cells = {(row.model, row.by, row.offered, row.measure, row.verbs): row for row in inference.itertuples()}
    keys = [key for key in INFERRED if any((*scorer, *key) in cells for scorer in scorers)]
    columns = []
    for key in keys:
        found = [cells.get((*scorer, *key)) for scorer in scorers]
        scale, digits = (-1, 2) if key[1] == "mean rank" else (100, 1)  # the least rank is the best
        marks = best_marks([scale * row.value if row and row.by == "model" else None for row in found])
        numbers = [[abs(scale) * n for n in (row.value, row.low, row.high)] if row else [] for row in found]
        columns.append([(interval(n, digits) if n else "", mark) for n, mark in zip(numbers, marks)])
    names = [BLIND.get(by, model) for model, by in scorers]
    head = [list(Counter(INFERRED[key][0] for key in keys).items()), [(INFERRED[key][1], 1) for key in keys]]
    return {"head": head, "rows": [named_row(name, list(row)) for name, row in zip(names, zip(*columns))]}


def calibration_table(summaries: dict[str, dict]) -> dict:
    """A row a model, in percent: relations right, the calibration error before and after, and what stands out."""
    head = ("first of all relations", "error by CLIP's own", "error, fitted", "own stands out", "foreign stands out")
    rows = []
    for model, found in summaries.items():
        errors = found.get("expected_calibration_error", {})
        values = [found.get("relation@1"), errors.get("CLIP's own"), errors.get("fitted")]
        values += [found.get(f"{whose}_stands_out") for whose in ("own", "foreign")]
        rows += [named_row(model, ["" if value is None else f"{value:.1f}" for value in values])] if found else []
    return {"head": [[(name, 1) for name in head]], "rows": rows}


def score_cells(scores: pd.DataFrame) -> dict:
    """A row a model and a column each of its MEASURES, in percent, the best marked; an absent one is empty."""
    measures = [name for name in MEASURES if name in scores]
    columns = []
    for name in measures:
        values = [None if pd.isna(value) else value for value in scores[name]]
        columns.append([("" if n is None else f"{n:.1f}", mark) for n, mark in zip(values, best_marks(values))])
    groups = Counter(MEASURES[name][0] for name in measures)
    rows = [named_row(model, list(row)) for model, row in zip(scores["model"], zip(*columns))]
    return {"head": [list(groups.items()), [(MEASURES[name][1], 1) for name in measures]], "rows": rows}


def count_table(sets: dict[str, dict]) -> dict:
    """Tuples by set and split, and how well texts alone are told apart, from the negatives' summary."""
    splits, rows = ("train", "val", "test"), []
    for name, numbers in sets.items():
        blind = numbers["blind_classifier"]
        counts = [f"{numbers['tuples'][split]:,}" for split in splits]
        rows.append(named_row(name, [*counts, "" if blind is None else f"{100 * blind:.1f}"]))
    return {"head": [[(name, 1) for name in (*splits, "text classifier on test, %")]], "rows": rows}
