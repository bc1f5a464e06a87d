"""One table of each kind over all models, from the folders that the evaluations and trainings wrote.

`hard` everywhere are the names of the hard sets.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import Kind, read_json
from stages.common.files.tables import REMEDY, read_table
from stages.common.files.tables import SCHEMAS as INPUTS
from stages.evaluate.schemas import SCHEMAS, Evaluation, TupleSet

INFERRED = ("verb@1", "verb@5", "mean_rank", "roles")  # of the scores, beside the image-to-text accuracies
HELD_OUT = {"seen triple": "seen", "unseen triple": "held out"}  # slices of the accuracies


def stacked(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several models, one below the other, with a first column model."""
    return pd.concat(parts, names=["model"]).reset_index("model").reset_index(drop=True)


def read_models(folder: Path, models: list[str], name: str) -> pd.DataFrame:
    """FOLDER/MODEL/NAME.parquet of every model, stacked."""
    tables = {model: read_table(folder / model / f"{name}.parquet", SCHEMAS[name]) for model in models}
    return stacked({model: table.to_pandas() for model, table in tables.items()})


def read_history(folder: Path, models: list[str]) -> pd.DataFrame:
    """FOLDER/MODEL/history.csv of the models that were trained here, stacked: model, step, loss and whatever more."""
    paths = {model: folder / model / "history.csv" for model in models}
    parts = {model: history_table(path) for model, path in paths.items() if path.is_file()}
    return stacked(parts) if parts else pd.DataFrame(columns=["model", "step", "loss"])


def history_table(path: Path) -> pd.DataFrame:
    """A history.csv: step, loss and whatever more, all numbers; InputError where it is damaged."""
    try:
        table = pd.read_csv(path)
        return table.astype(dict.fromkeys(table, float) | {"step": int, "loss": float})
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no history of step, loss, ... ({one_line(error)}); {REMEDY}") from None


class Splits(TypedDict):
    """A count a split."""

    train: int
    val: int
    test: int


class TupleCounts(TupleSet):
    """What the summary of stage negatives tells of a set."""

    tuples: Splits
    blind_classifier: FiniteFloat | None


class Negatives(TypedDict):
    """The summary of stage negatives."""

    sets: dict[str, TupleCounts]


class Triples(TypedDict):
    """That of stage triples."""

    top_relations: dict[str, int]


class Answered(TypedDict):
    """That of stage benchmark."""

    questions: int
    answered: int
    missing: int
    missing_images: list[str]


def read_summary(path: Path, kind: type[Kind]) -> Kind:
    """The summary.json of a stage."""
    return read_json(path, kind, REMEDY)


def read_benchmarks(folder: Path, names: Iterable[str], models: list[str]) -> tuple[pd.DataFrame, dict[str, Answered]]:
    """FOLDER/NAME of the benchmarks of params.yaml that were run: accuracies with a column model, and the summaries."""
    schema, run = SCHEMAS["benchmarks"], [name for name in names if (folder / name).is_dir()]
    parts = [read_table(folder / name / "accuracy.parquet", schema).to_pandas() for name in run]
    table = pd.concat([schema.empty_table().to_pandas(), *parts]).query("model in @models")
    table = table.sort_values("model", key=lambda names: names.map(models.index), kind="stable")
    return table, {name: read_summary(folder / name / "summary.json", Answered) for name in run}


def read_relations(path: Path) -> pd.DataFrame:
    """Triples of the commonest relations, the commonest first: relation and triples, for `dvc plots`."""
    return pd.DataFrame(read_summary(path, Triples)["top_relations"].items(), columns=["relation", "triples"])


def read_anchors(root: Path) -> pd.DataFrame:
    """Set, split and the anchor's relation of every tuple, from data/negatives and data/triples."""
    tuples = read_table(root / "negatives/tuples.parquet", INPUTS["tuples"], ["set", "split", "anchor"]).to_pandas()
    triples = read_table(root / "triples/triples", INPUTS["triples"], ["triple_id", "relation"]).to_pandas()
    return tuples.join(triples.set_index("triple_id"), on="anchor")


def score_table(summaries: dict[str, Evaluation]) -> pd.DataFrame:
    """One row a model, in percent: relations, what was retained, verbs inferred (mean_rank is no share), verb probe.

    A column that no model has is left out: relation where no set is hard, the probe of too few images.
    """
    rows = [
        {"model": model}
        | summary["overall"]
        | summary["retention"]
        | summary["inference"]
        | {f"verb_probe_{name}": summary["probe"].get(name) for name in ("accuracy", "commonest")}
        for model, summary in summaries.items()
    ]
    return pd.DataFrame(rows).dropna(axis=1, how="all")


def with_ends(interpolation: pd.DataFrame, scores: pd.DataFrame, base: str) -> pd.DataFrame:
    """The interpolations from end to end: `base` at alpha 0, and the method itself at alpha 1.

    `interpolation` has model, alpha, relation and retention in shares, `scores` is the `score_table`. A row
    measured at an end stays.
    """
    points = scores.reindex(columns=["model", "relation", "retention"])
    points = points.assign(relation=points["relation"] / 100, retention=points["retention"] / 100)
    tuned = points[points["model"].isin(interpolation["model"])]
    starts = tuned[["model"]].merge(points[points["model"] == base].drop(columns="model"), how="cross")
    whole = pd.concat([interpolation, starts.assign(alpha=0.0), tuned.assign(alpha=1.0)])
    return whole.drop_duplicates(["model", "alpha"]).sort_values(["model", "alpha"], ignore_index=True)


def held_out(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Accuracy on the combinations of subject, relation and object that training saw, and on those that it did
    not, by set and direction: the column slice says "seen" or "held out", one below the other."""
    part = accuracy[accuracy["slice"].isin(HELD_OUT) & (accuracy["direction"] != "group")]
    place = {name: number for number, name in enumerate(accuracy["set"].unique())}
    order = np.lexsort((part["slice"], part["direction"], part["set"].map(place)))  # by set first; equal rows stay
    return part.assign(slice=part["slice"].map(HELD_OUT)).iloc[order].reset_index(drop=True)


def hard_means(accuracy: pd.DataFrame, hard: list[str]) -> pd.Series:
    """Mean accuracy over the hard sets that there are, by (model, direction)."""
    part = accuracy[accuracy["set"].isin(hard)]
    return part.groupby(["model", "direction"], sort=False)["accuracy"].mean()


def results(tables: dict[str, pd.DataFrame], hard: list[str]) -> dict[str, dict[str, float]]:
    """The committed numbers in percent: "MODEL/DIRECTION" -> relation, each set, held_out, recall@1; and chance.

    One file each, so that `dvc metrics show` prints a row a model and direction, narrow enough to read.
    `relation` is the mean over the hard sets, `held_out` the same on combinations that training did not
    see; recall@1 is that of whole captions, verb@1 and the like of zero-shot inference. What there is nothing of is
    left out.
    """
    whole, unseen = tables["whole"], tables["held_out"]
    levels = whole.drop_duplicates(["set", "direction"])
    both = pd.concat([whole, levels.assign(model="chance", accuracy=levels["chance"])])
    both = both[both["direction"] != "group"]
    relation, recall = hard_means(both, hard), tables["scores"].set_index("model")
    held = hard_means(unseen[unseen["slice"] == "held out"], hard)
    numbers = {}
    for key, rows in both.groupby(["model", "direction"], sort=False):
        model, direction = key
        shares = {"relation": relation.get(key), **dict(zip(rows["set"], rows["accuracy"])), "held_out": held.get(key)}
        found = {name: round(100 * share, 1) for name, share in shares.items() if share is not None}
        if model in recall.index:
            found["recall@1"] = round(recall.loc[model, f"{direction}_recall@1"], 1)
            inferred = recall.loc[model].reindex(INFERRED if direction == "i2t" else []).dropna()
            found |= {name: round(float(value), 1 + (name == "mean_rank")) for name, value in inferred.items()}
        numbers[f"{model}/{direction}"] = found
    return numbers


def labelled(whole: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label per bar, "swapped i2t drive"."""
    shares = ["accuracy", "low", "high", "chance"]
    table = whole.drop(columns="slice").assign(**(100 * whole[shares]).round(1))
    return table.assign(label=table["set"] + " " + table["direction"] + " " + table["model"])
