"""The report's tables over all models, from the folders that evaluations, trainings and negatives wrote."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import read_json
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, read_table
from stages.evaluate.measure import overall
from stages.evaluate.schemas import ANSWERS, EVALUATED, MEASURE_ROWS

NUMBERS = {"verb@1": 100, "verb@5": 100, "mean rank": 1, "roles": 100}  # of inference, with their scale


class Splits(TypedDict):
    """A count for each split."""

    train: int
    val: int
    test: int


class TupleCounts(TypedDict):
    """What the summary of stage negatives says of a set."""

    tuples: Splits
    blind_classifier: FiniteFloat | None
    differs: str


class NegativesSummary(TypedDict):
    """The summary of stage negatives."""

    sets: dict[str, TupleCounts]


class TriplesSummary(TypedDict):
    """The summary of stage triples."""

    top_relations: dict[str, int]


def read_measures(models: Iterable[str], benchmarks: Iterable[str]) -> pd.DataFrame:
    """The rows of all measures, interpolations and benchmarks that were run, with a first column model."""
    parts = []
    for model in models:
        for folder in (model, f"{model}-interpolation", *(f"{model}-{name}" for name in benchmarks)):
            if (path := EVALUATED / folder / "measures.parquet").is_file() or folder == model:
                parts.append(read_table(path, MEASURE_ROWS).to_pandas().assign(model=model))
    return pd.concat(parts, ignore_index=True)[["model", *MEASURE_ROWS.names]]


def read_answers(models: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The answered tuples of each model, by tuple_id."""
    tables = {model: read_table(EVALUATED / model / "answers.parquet", ANSWERS) for model in models}
    return {model: table.to_pandas().sort_values("tuple_id", ignore_index=True) for model, table in tables.items()}


def read_history(folder: Path, models: Iterable[str]) -> pd.DataFrame:
    """The histories of the models that were trained here: model, step, loss and more columns."""
    parts = [pd.DataFrame(columns=["model", "step", "loss"])]
    for model in models:
        if (path := folder / model / "history.csv").is_file():
            try:
                table = pd.read_csv(path)
                table = table.astype(dict.fromkeys(table, float) | {"step": int, "loss": float})
            except (OSError, ValueError, KeyError) as error:
                raise InputError(f"{path} has no columns step, loss ... ({one_line(error)}); {REBUILD_HINT}") from None
            table.insert(0, "model", model)
            parts.append(table)
    return pd.concat(parts[1:] or parts, ignore_index=True)


def read_relations(path: Path) -> pd.DataFrame:
    """The most frequent relations and their number of triples, for `dvc plots`."""
    found = read_json(path, TriplesSummary, REBUILD_HINT)["top_relations"]
    return pd.DataFrame(found.items(), columns=["relation", "triples"])


def read_tuples(path: str) -> pd.DataFrame:
    """The anchors of all tuples: set and relation."""
    return read_table(path, SCHEMAS["tuples"], ["set", "relation"], pc.field("place") == 0).to_pandas()


def read_members(path: str, tuple_ids: Iterable[int]) -> pd.DataFrame:
    """The members of some tuples: tuple_id, place, image_id and text."""
    chosen = pc.field("tuple_id").isin(list(tuple_ids))
    return read_table(path, SCHEMAS["tuples"], ["tuple_id", "place", "image_id", "text"], chosen).to_pandas()


def pick(rows: pd.DataFrame, **values: str) -> pd.DataFrame:
    """The rows with these values in these columns."""
    for column, value in values.items():
        rows = rows[rows[column] == value]
    return rows


def trade(measures: pd.DataFrame, differs: dict[str, str]) -> pd.DataFrame:
    """A row a model with `relation` and `retention`, as by `overall`, in percent; relation only if a set is hard."""
    rows = [{"model": model} | overall(part, differs) for model, part in measures.groupby("model", sort=False)]
    table = pd.DataFrame(rows)
    return table.assign(**{name: 100 * table[name] for name in ("relation", "retention") if name in table})


def interpolation_points(measures: pd.DataFrame, scores: pd.DataFrame, base: str) -> pd.DataFrame:
    """From base to each method: model, alpha, relation and retention in percent, with both ends."""
    rows = pick(measures, measure="interpolation")
    table = rows.assign(alpha=rows["slice"].astype(float), value=100 * rows["value"])
    table = table.pivot(index=["model", "alpha"], columns="set", values="value").reset_index()
    ends = scores[scores["model"].isin(table["model"])].assign(alpha=1.0)
    start = scores[scores["model"] == base].drop(columns="model").assign(alpha=0.0)
    whole = pd.concat([table, ends, ends[["model"]].merge(start, how="cross")])
    return whole.sort_values(["model", "alpha"], ignore_index=True)


def hard_means(rows: pd.DataFrame, hard: list[str]) -> pd.DataFrame:
    """Mean accuracy over the hard sets, a row a model, a column a direction, of rows of one slice."""
    rows = rows[rows["set"].isin(hard)]
    return rows.pivot_table(index="model", columns="direction", values="value", sort=False)


def results(measures: pd.DataFrame, hard: list[str]) -> dict[str, dict[str, float]]:
    """The committed numbers in percent, by "MODEL/DIRECTION", and for chance.

    `relation` is the mean over the hard sets, `held_out` the same on combinations of subject, relation and object that
    training did not see; then each set, recall@1, and what inference gives. One file each, so that `dvc metrics show`
    prints a row a model and direction. A number that does not exist is left out.
    """
    relation = measures[(measures["measure"] == "relation") & (measures["direction"] != "group")]
    whole, unseen = pick(relation, slice="all"), pick(relation, slice="unseen triple")
    levels = whole.drop_duplicates(["set", "direction"])
    whole = pd.concat([whole, levels.assign(model="chance", value=levels["chance"])])
    mean, held_out, numbers = hard_means(whole, hard), hard_means(unseen, hard), {}
    for (model, way), rows in whole.groupby(["model", "direction"], sort=False):
        shares = {"relation": mean.get(way, {}).get(model)} | dict(zip(rows["set"], rows["value"]))
        shares["held_out"] = held_out.get(way, {}).get(model)
        own = pick(measures, model=model, direction=way)
        shares |= dict(zip(("recall@1",), pick(own, measure="retrieval", slice="recall@1")["value"]))
        found = {name: round(100 * share, 1) for name, share in shares.items() if share is not None}
        inferred = pick(own, measure="inference", slice="all").set_index("set")["value"]
        for name in (name for name in NUMBERS if name in inferred):
            found[name.replace(" ", "_")] = round(NUMBERS[name] * inferred[name], 2 if name == "mean rank" else 1)
        numbers[f"{model}/{way}"] = found
    return numbers


def labelled(measures: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label for each bar, "swapped i2t drive"."""
    table = pick(measures, measure="relation", slice="all").rename(columns={"value": "accuracy"})
    shares = ["accuracy", "low", "high", "chance"]
    table = table.assign(**(100 * table[shares]).round(1), label=table["set"] + " " + table["direction"])
    return table.assign(label=table["label"] + " " + table["model"]).drop(columns=["measure", "slice"])
