"""Accuracies of answered tuples by set, slice and verb, with intervals, and the confusions of verbs."""

import numpy as np
import pandas as pd

from stages.evaluate.bootstrap import group_intervals, macro_interval, mean_intervals
from stages.evaluate.schemas import DIRECTIONS


def slices(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Named masks over the tuples: all, and both halves of every split that the evaluation reports."""
    dynamic = table["dynamic"]
    return {
        "all": np.ones(len(table), bool),
        "dynamic verb": dynamic.eq(True).fillna(False).to_numpy(bool),  # null is neither
        "stative verb": dynamic.eq(False).fillna(False).to_numpy(bool),
        "seen relation": ~table["unseen_relation"].to_numpy(bool),
        "unseen relation": table["unseen_relation"].to_numpy(bool),
        "seen triple": ~table["unseen_triple"].to_numpy(bool),
        "unseen triple": table["unseen_triple"].to_numpy(bool),
        "with particle": table["particle"].notna().to_numpy(bool),
        "with preposition": table["preposition"].notna().to_numpy(bool),
        "verb alone": (table["particle"].isna() & table["preposition"].isna()).to_numpy(bool),
    }


def accuracies(table: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    """One row per slice, set and direction that has a question: accuracy, interval, count, chance."""
    keys, columns, levels = [], [], []
    for name, mask in slices(table).items():
        for group in table["set"].unique():
            chosen = mask & (table["set"] == group).to_numpy(bool)
            for direction in DIRECTIONS:
                column = np.where(chosen, table[direction], np.nan)
                if not np.isnan(column).all():
                    keys.append((name, group, direction))
                    columns.append(column)
                    levels.append(np.nanmean(np.where(chosen, table[f"{direction}_chance"], np.nan)))
    result = pd.DataFrame(keys, columns=["slice", "set", "direction"])
    values = np.stack(columns, axis=1) if columns else np.zeros((len(table), 0))  # (N, M)
    mean, low, high, count = mean_intervals(values, table["image_id"].to_numpy(), resamples, seed)
    return result.assign(accuracy=mean, low=low, high=high, count=count, chance=levels)


def macro_accuracies(table: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    """Mean over verbs of the verbs' accuracies, one row per set and direction, with intervals."""
    rows = []
    for group, part in table.groupby("set", sort=False):
        for direction in DIRECTIONS:
            if part[direction].notna().any():
                arrays = (part[name].to_numpy() for name in (direction, "relation", "image_id"))
                rows.append((group, direction, *macro_interval(*arrays, resamples, seed)))
    return pd.DataFrame(rows, columns=["set", "direction", "accuracy", "low", "high"])


def verb_accuracies(table: pd.DataFrame, differs: dict[str, str], resamples: int, seed: int) -> pd.DataFrame:
    """Per anchor's verb and direction, sorted by accuracy, of the tuples of hard sets.

    `differs` says by set what differs in the negative (its verb, its roles), and is a column too.
    """
    verbs = table[["relation"]].assign(differs=table["set"].map(differs).replace("", None))
    groups = verbs.groupby(["differs", "relation"])
    position = groups.ngroup().fillna(-1).to_numpy(np.int64)  # (N,), -1: a set that is not hard
    names, owners = sorted(groups.groups), table["image_id"].to_numpy()
    parts = []
    for direction in ("i2t", "t2i"):
        cells = group_intervals(table[direction].to_numpy(), position, owners, resamples, seed)
        part = pd.DataFrame(names, columns=["differs", "relation"]).assign(direction=direction)
        parts.append(part.assign(**dict(zip(("accuracy", "low", "high", "count"), cells))))
    result = pd.concat(parts).query("count > 0")
    return result.sort_values(["differs", "direction", "accuracy", "relation"], ignore_index=True)


def confusions(table: pd.DataFrame, differs: dict[str, str]) -> pd.DataFrame:
    """How often an image of one verb preferred the text of another: relation, taken_for, count, mistaken.

    Only tuples of sets that differ in the verb; `count` says how often the pair was put.
    """
    part = table[(table["set"].map(differs) == "verb") & table["i2t"].notna()]
    options = zip(part["rivals"], part["best_text"])
    taken = [rivals[best] if best < len(rivals) else None for rivals, best in options]
    pairs = pd.DataFrame({"relation": part["relation"], "taken_for": taken, "mistaken": 1 - part["i2t"]})
    pairs = pairs.dropna(subset="taken_for").groupby(["relation", "taken_for"], as_index=False)["mistaken"]
    result = pairs.agg(count="size", mistaken="sum")
    return result.astype({"mistaken": "int64"})


def summarise(table: pd.DataFrame, differs: dict[str, str], resamples: int, seed: int) -> dict[str, pd.DataFrame]:
    """The answered tuples themselves, and every table that is made of them alone; the sets in the tuples' order."""
    return {
        "tuples": table,
        "accuracy": accuracies(table, resamples, seed),
        "macro": macro_accuracies(table, resamples, seed),
        "verbs": verb_accuracies(table, differs, resamples, seed),
        "confusions": confusions(table, differs),
    }


def headline(accuracy: pd.DataFrame, slice: str) -> dict[str, dict[str, float]]:
    """The few rounded numbers of a model in one slice: set -> direction -> accuracy in percent."""
    whole = accuracy[accuracy["slice"] == slice]
    return {
        group: {row.direction: round(100 * row.accuracy, 1) for row in rows.itertuples()}
        for group, rows in whole.groupby("set", sort=False)
    }


def inferred(inference: pd.DataFrame) -> dict[str, float]:
    """The numbers of zero-shot inference by the model, over all questions and verbs: verb@1, verb@5 and roles in
    percent, and the mean rank of the verb.

    >>> row = {"by": "model", "offered": "all", "verbs": "all", "low": 0.0, "high": 1.0, "count": 9}
    >>> rows = [row | {"measure": "verb@1", "value": 0.5}, row | {"measure": "mean rank", "value": 2.504}]
    >>> inferred(pd.DataFrame(rows))
    {'verb@1': 50.0, 'mean_rank': 2.5}
    """
    rows = inference.query("by == 'model' and verbs == 'all' and offered != 'of such nouns'")
    found = dict(zip(rows["measure"].str.replace(" ", "_"), rows["value"]))
    return {name: round(value * (1 if name == "mean_rank" else 100), 2) for name, value in found.items()}


def overall(table: pd.DataFrame, found: dict[str, float], differs: dict[str, str]) -> dict[str, float]:
    """The two numbers of the trade: relations told apart, and captions still found.

    `relation` is the mean image-to-text accuracy over the hard sets, those for which `differs` names what differs, of
    tuples with columns set and i2t; left out where there is none. `retention` is the mean of recall@1 both ways.

    >>> answered = pd.DataFrame({"set": ["dynamic", "swapped", "random"], "i2t": [1.0, 0.0, 1.0]})
    >>> differs = {"dynamic": "verb", "swapped": "roles", "random": ""}
    >>> overall(answered, {"i2t_recall@1": 0.5, "t2i_recall@1": 0.25}, differs)
    {'relation': 0.5, 'retention': 0.375}
    """
    hard = table[table["set"].map(differs).astype(bool)]
    relation = {"relation": float(hard.groupby("set")["i2t"].mean().mean())} if len(hard) else {}
    return relation | {"retention": (found["i2t_recall@1"] + found["t2i_recall@1"]) / 2}


def percents(value: object, digits: int = 1) -> object:
    """Every share in a nested dictionary as a rounded percentage; counts stay.

    >>> percents({"random": {"blind": 0.51234}, "verbs": 12})
    {'random': {'blind': 51.2}, 'verbs': 12}
    """
    if isinstance(value, dict):
        return {name: percents(part, digits) for name, part in value.items()}
    return round(100 * value, digits) if isinstance(value, float) else value
