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


def results(whole: pd.DataFrame, retention: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The committed numbers in percent, a few a method: relation, retention, and each set's directions.

    `relation` is the mean image-to-text accuracy over dynamic, stative and swapped, `retention` the
    mean recall@1 of whole captions; `chance` stands beside the methods.
    """
    overall = retention.set_index("method")[["relation", "retention"]].round(1)
    numbers: dict = {method: row.to_dict() for method, row in overall.iterrows()} | {"chance": {}}
    for row in whole[whole["direction"] != "group"].itertuples():
        name = f"{row.set}_{row.direction}"
        numbers[row.method][name] = round(100 * row.accuracy, 1)
        numbers["chance"][name] = round(100 * row.chance, 1)
    return numbers


def labelled(whole: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label per bar, "drive swapped i2t"."""
    table = whole.drop(columns="slice")
    table.insert(0, "label", table["method"] + " " + table["set"] + " " + table["direction"])
    percents = (100 * table[["accuracy", "low", "high", "chance"]]).round(1)
    return table.assign(**{name: percents[name] for name in percents})
