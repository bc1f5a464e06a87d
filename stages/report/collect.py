"""The report's tables over all models, from the folders that evaluations, trainings and negatives wrote."""

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from matplotlib.colors import to_hex, to_rgb
from pydantic import FiniteFloat
from typing_extensions import TypedDict

from stages.common.files.errors import InputError, one_line
from stages.common.files.tables import REBUILD_HINT, read_table
from stages.evaluate.measure import overall
from stages.evaluate.schemas import EVALUATED, MEASURE_ROWS
from stages.negatives.kinds import KINDS
from stages.train.losses import LOSSES

TUPLES = "data/negatives/tuples.parquet"
BASE, CONTROL = "base", "clip"  # where every method starts, and the control: CLIP's own loss on the same batches
SPARE = ("#7b5ea7", "#d97b29", "#4d8b57", "#b0578d", "#8a8433", "#3b7f93")  # for rivals, in turn
INFERRED = ("verb@1", "verb@5", "mean rank", "roles")  # sets of the measure inference that are committed

# The summaries of stages negatives and triples, as far as the report reads them.
Splits = TypedDict("Splits", {"train": int, "val": int, "test": int})
TupleCounts = TypedDict("TupleCounts", {"tuples": Splits, "blind_classifier": FiniteFloat | None, "differs": str})
NegativesSummary = TypedDict("NegativesSummary", {"sets": dict[str, TupleCounts]})
TriplesSummary = TypedDict("TriplesSummary", {"top_relations": dict[str, int]})


class Findings(NamedTuple):
    """What the report says of all models."""

    measures: pd.DataFrame  # model, and the columns of MEASURE_ROWS
    answers: dict[str, pd.DataFrame]  # by model, the columns of ANSWERS, sorted by tuple_id
    scores: pd.DataFrame  # as by `model_scores`
    interpolation: pd.DataFrame  # as by `interpolation_points`
    differences: pd.DataFrame  # as by stages.report.compare.differences
    anchors: pd.DataFrame  # set and relation of every tuple
    sets: dict[str, TupleCounts]  # every set, in the order of tables
    hard: list[str]  # those whose negatives differ in one respect
    best: str  # the model that the page is about
    colours: dict[str, str]  # of models and sets


def evaluated(folder: Path, methods: Iterable[str], rivals: Iterable[str]) -> list[str]:
    """The models of params.yaml that were evaluated: base, then methods and rivals in its order."""
    found = [name for name in (BASE, *methods, *rivals) if (folder / name).is_dir()]
    if not found:
        raise InputError(f"{folder} holds no evaluation of a model of params.yaml; run `dvc repro` to make them")
    return found


def best_model(scores: dict[str, float], methods: Iterable[str]) -> str:
    """The method with the highest score; without methods the best rival, and base if there is no other model."""
    others = [name for name in scores if name != BASE]
    candidates = [name for name in others if name in methods] or others
    return max(candidates, key=scores.__getitem__, default=BASE)


def colours(models: Iterable[str], losses: dict[str, str], sets: Iterable[str]) -> dict[str, str]:
    """The colour of each model and set in charts and tables.

    A method has the colour of its loss, by `losses`; each further method with the same loss is a third lighter.
    """
    spare, shades = itertools.cycle(SPARE), dict.fromkeys(losses.values(), 1.0)
    found = {name: KINDS[name].colour if name in KINDS else next(spare) for name in sets}
    for model in models:
        if loss := losses.get(model):
            red, green, blue = (1 - shades[loss] * (1 - part) for part in to_rgb(LOSSES[loss].colour))
            found[model] = to_hex((red, green, blue))
            shades[loss] *= 2 / 3
        else:
            found[model] = "#a6acb4" if model == BASE else next(spare)
    return found


def read_measures(models: Iterable[str], benchmarks: Iterable[str]) -> pd.DataFrame:
    """The rows of all measures, interpolations and benchmarks that were run, with a first column model."""
    parts = []
    for model in models:
        for folder in (model, f"{model}-interpolation", *(f"{model}-{name}" for name in benchmarks)):
            if (path := EVALUATED / folder / "measures.parquet").is_file() or folder == model:
                parts.append(read_table(path, MEASURE_ROWS).to_pandas().assign(model=model))
    return pd.concat(parts, ignore_index=True)[["model", *MEASURE_ROWS.names]]


def read_history(folder: Path, models: Iterable[str]) -> pd.DataFrame:
    """The histories of the models that were trained here: model, step, loss and more columns."""
    parts = [pd.DataFrame(columns=["model", "step", "loss"])]
    for model in models:
        path = folder / model / "history.csv"
        try:
            table = pd.read_csv(path)
            table = table.astype(dict.fromkeys(table, float) | {"step": int, "loss": float})
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{path} has no columns step, loss ... ({one_line(error)}); {REBUILD_HINT}") from None
        table.insert(0, "model", model)
        parts.append(table)
    return pd.concat(parts[1:] or parts, ignore_index=True)


def pick(rows: pd.DataFrame, **values: str) -> pd.DataFrame:
    """The rows with these values in these columns."""
    for column, value in values.items():
        rows = rows[rows[column] == value]
    return rows


def model_scores(measures: pd.DataFrame, differs: dict[str, str]) -> pd.DataFrame:
    """A row a model with `relation` and `retention`, as by `overall`, in percent; relation only if a set is hard."""
    rows = {model: overall(part, differs) for model, part in measures.groupby("model", sort=False)}
    return (100 * pd.DataFrame.from_dict(rows, "index")).rename_axis("model").reset_index()


def interpolation_points(measures: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """From base to each method: model, alpha, relation and retention in percent, with both ends."""
    rows = pick(measures, measure="interpolation")
    table = rows.assign(alpha=rows["slice"].astype(float), value=100 * rows["value"])
    table = table.pivot(index=["model", "alpha"], columns="set", values="value").reset_index()
    ends = scores[scores["model"].isin(table["model"])].assign(alpha=1.0)
    start = pick(scores, model=BASE).drop(columns="model").assign(alpha=0.0)
    whole = pd.concat([table, ends, ends[["model"]].merge(start, how="cross")])
    return whole.sort_values(["model", "alpha"], ignore_index=True)


def hard_means(rows: pd.DataFrame, hard: list[str]) -> pd.DataFrame:
    """Mean accuracy over the hard sets: model, direction and value, from rows of one slice."""
    rows = rows[rows["set"].isin(hard)]
    return rows.groupby(["model", "direction"], sort=False, as_index=False)["value"].mean()


def results(measures: pd.DataFrame, hard: list[str]) -> dict[str, dict[str, float]]:
    """The committed numbers in percent, by "MODEL/DIRECTION", and for chance.

    `relation` is the mean over the hard sets, `held_out` the same on combinations of subject, relation and object that
    training did not see; then each set, recall@1, and what inference gives. One file each, so that `dvc metrics show`
    prints a row a model and direction. A number that does not exist is left out.
    """
    relation = pick(measures, measure="relation")
    whole = pick(relation, slice="all")
    levels = whole.drop_duplicates(["set", "direction"])
    whole = pd.concat([whole, levels.assign(model="chance", value=levels["chance"])])
    inferred = pick(measures, measure="inference", slice="all", direction="i2t")
    inferred = inferred[inferred["set"].isin(INFERRED)]
    parts = [
        hard_means(whole, hard).assign(name="relation"),
        whole.assign(name=whole["set"]),
        hard_means(pick(relation, slice="unseen triple"), hard).assign(name="held_out"),
        pick(measures, measure="retrieval", slice="recall@1").assign(name="recall@1"),
        inferred.assign(name=inferred["set"].str.replace(" ", "_")),
    ]
    found: dict[str, dict[str, float]] = {}
    for row in pd.concat(parts).query("direction != 'group'").itertuples():
        number = round(row.value, 2) if row.name == "mean_rank" else round(100 * row.value, 1)
        found.setdefault(f"{row.model}/{row.direction}", {})[row.name] = number
    return found


def labelled(measures: pd.DataFrame) -> pd.DataFrame:
    """The accuracies for `dvc plots`: percent with interval, and a label for each bar, "swapped i2t drive"."""
    table = pick(measures, measure="relation", slice="all").rename(columns={"value": "accuracy"})
    shares = (100 * table[["accuracy", "low", "high", "chance"]]).round(1)
    label = table["set"] + " " + table["direction"] + " " + table["model"]
    return table.assign(**shares, label=label).drop(columns=["measure", "slice"])
