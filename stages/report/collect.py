"""One table of each kind over all methods, from the folders that the evaluations and trainings wrote."""

import json
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError
from stages.common.tables import read_table
from stages.evaluate.schemas import SCHEMAS
from stages.report.compare import METHODS


def evaluated_methods(root: Path) -> list[str]:
    """The methods with a folder under data/evaluate, in the order of METHODS."""
    found = [method for method in METHODS if (root / "evaluate" / method).is_dir()]
    if not found:
        raise InputError(f"{root}/evaluate holds no method's evaluation; run `dvc repro`")
    return found


def read_methods(root: Path, methods: list[str], name: str) -> pd.DataFrame:
    """data/evaluate/METHOD/NAME.parquet of every method, one below the other, with a column method."""
    parts = {
        method: read_table(root / "evaluate" / method / f"{name}.parquet", SCHEMAS[name]).to_pandas()
        for method in methods
    }
    return pd.concat(parts, names=["method"]).reset_index("method").reset_index(drop=True)


def read_history(root: Path, methods: list[str]) -> pd.DataFrame:
    """Training loss by step, a column per fine-tuned method; empty where none was trained."""
    paths = {method: root / "train" / method / "history.csv" for method in methods}
    columns = [
        pd.read_csv(path).set_index("step")["loss"].rename(method)
        for method, path in paths.items()
        if path.is_file()
    ]
    return pd.concat(columns, axis=1).sort_index().reset_index() if columns else pd.DataFrame()


def read_summaries(root: Path, methods: list[str]) -> dict[str, dict]:
    """data/evaluate/METHOD/summary.json of every method: accuracy, controls, retention and probe in %."""
    paths = {method: root / "evaluate" / method / "summary.json" for method in methods}
    return {method: json.loads(path.read_text(encoding="utf-8")) for method, path in paths.items()}


def retention_table(summaries: dict[str, dict]) -> pd.DataFrame:
    """One row a method: relation accuracy against what was retained, all in percent.

    `relation` is the mean image-to-text accuracy over the sets dynamic, stative and swapped that exist;
    `retention` the mean of recall@1 both ways.
    """
    rows = []
    for method, summary in summaries.items():
        cells = [sets["i2t"] for name, sets in summary["accuracy"].items() if name != "random"]
        kept = summary["retention"]
        mean = (kept["i2t_recall@1"] + kept["t2i_recall@1"]) / 2
        verb = summary["probe"].get("accuracy")
        relation = sum(cells) / len(cells) if cells else None
        rows.append({"method": method, "relation": relation, "retention": mean, **kept, "verb_probe": verb})
    return pd.DataFrame(rows).round(2)


def results(whole: pd.DataFrame) -> dict:
    """The committed numbers: method -> set -> direction -> percent; `chance` beside the methods."""
    numbers: dict = {}
    for row in whole[whole["direction"] != "group"].itertuples():
        numbers.setdefault(row.method, {}).setdefault(row.set, {})[row.direction] = round(100 * row.accuracy, 1)
        numbers.setdefault("chance", {}).setdefault(row.set, {})[row.direction] = round(100 * row.chance, 1)
    return numbers


def labelled(whole: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label per bar, "drive swapped i2t"."""
    table = whole.drop(columns="slice")
    table.insert(0, "label", table["method"] + " " + table["set"] + " " + table["direction"])
    percents = (100 * table[["accuracy", "low", "high", "chance"]]).round(1)
    return table.assign(**{name: percents[name] for name in percents})
