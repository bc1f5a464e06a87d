"""One table of each kind over all methods, from the folders that the evaluations and trainings wrote."""

import json
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError
from stages.common.tables import SCHEMAS as INPUTS
from stages.common.tables import read_table
from stages.evaluate.schemas import SCHEMAS


def read_methods(root: Path, methods: list[str], name: str) -> pd.DataFrame:
    """data/evaluate/METHOD/NAME.parquet of every method, one below the other, with a column method."""
    parts = {
        method: read_table(root / "evaluate" / method / f"{name}.parquet", SCHEMAS[name]).to_pandas()
        for method in methods
    }
    return pd.concat(parts, names=["method"]).reset_index("method").reset_index(drop=True)


def read_history(root: Path, methods: list[str]) -> pd.DataFrame:
    """Training loss by step, a column per fine-tuned method; empty where none was trained."""
    paths = {method: root / "train" / method / "history.csv" for method in methods if method != "base"}
    columns = [
        pd.read_csv(path).set_index("step")["loss"].rename(method)
        for method, path in paths.items()
        if path.is_file()
    ]
    return pd.concat(columns, axis=1).sort_index().reset_index() if columns else pd.DataFrame()


def read_summary(path: Path) -> dict:
    """The summary.json of a stage."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run `dvc repro` to make it") from None


def read_anchors(root: Path) -> pd.DataFrame:
    """Set, split and the anchor's relation of every tuple, from data/negatives and data/triples."""
    path = root / "negatives/tuples.parquet"
    tuples = read_table(path, INPUTS["tuples"], ["set", "split", "anchor"]).to_pandas()
    path = root / "triples/triples.parquet"
    triples = read_table(path, INPUTS["triples"], ["triple_id", "relation"]).to_pandas()
    return tuples.join(triples.set_index("triple_id"), on="anchor")


def retention_table(summaries: dict[str, dict]) -> pd.DataFrame:
    """One row a method, all in percent: relations, what was retained, and the verb probe.

    A column that no method has, such as the probe of too few images, is left out.
    """
    rows = [
        {"method": method}
        | summary["overall"]
        | summary["retention"]
        | {f"verb_probe_{name}": summary["probe"].get(name) for name in ("accuracy", "commonest")}
        for method, summary in summaries.items()
    ]
    return pd.DataFrame(rows).dropna(axis=1, how="all")


def with_ends(interpolation: pd.DataFrame, retention: pd.DataFrame) -> pd.DataFrame:
    """The interpolations from end to end: base at alpha 0, and the method itself at alpha 1.

    `interpolation` has method, alpha, relation and retention in shares; `retention` is the
    `retention_table`. A row measured at an end stays.
    """
    points = retention[["method", "relation", "retention"]]
    points = points.assign(relation=points["relation"] / 100, retention=points["retention"] / 100)
    tuned, base = points[points["method"] != "base"], points[points["method"] == "base"]
    starts = tuned[["method"]].merge(base.drop(columns="method"), how="cross")
    whole = pd.concat([interpolation, starts.assign(alpha=0.0), tuned.assign(alpha=1.0)])
    return whole.drop_duplicates(["method", "alpha"]).sort_values(["method", "alpha"], ignore_index=True)


def relation_means(whole: pd.DataFrame) -> pd.Series:
    """Mean accuracy over the sets dynamic, stative and swapped that exist, by (method, direction)."""
    hard = whole[whole["set"] != "random"]
    return hard.groupby(["method", "direction"], sort=False)["accuracy"].mean()


def results(whole: pd.DataFrame, retention: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The committed numbers in percent: "METHOD/DIRECTION" -> relation, each set, recall@1; and chance.

    One file each, so that `dvc metrics show` prints a row a method and direction, narrow enough to
    read. `relation` as in `relation_means`; recall@1 is that of whole captions.
    """
    levels = whole.drop_duplicates(["set", "direction"])
    levels = levels.assign(method="chance", accuracy=levels["chance"])
    both = pd.concat([whole, levels])
    both = both[both["direction"] != "group"]
    relation, recall = relation_means(both), retention.set_index("method")
    numbers = {}
    for (method, direction), rows in both.groupby(["method", "direction"], sort=False):
        shares = {"relation": relation.get((method, direction))} | dict(zip(rows["set"], rows["accuracy"]))
        found = {name: round(100 * share, 1) for name, share in shares.items() if share is not None}
        if method in recall.index:
            found["recall@1"] = round(recall.loc[method, f"{direction}_recall@1"], 1)
        numbers[f"{method}/{direction}"] = found
    return numbers


def labelled(whole: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label per bar, "swapped i2t drive"."""
    table = whole.drop(columns="slice")
    table.insert(0, "label", table["set"] + " " + table["direction"] + " " + table["method"])
    percents = (100 * table[["accuracy", "low", "high", "chance"]]).round(1)
    return table.assign(**{name: percents[name] for name in percents})
