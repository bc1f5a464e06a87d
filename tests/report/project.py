"""A project folder with made-up evaluations, as the stages before the report would leave it."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from stages.common.files.storage import write_json
from stages.evaluate.schemas import ANSWERS, MEASURE_ROWS, write_frame
from tests.project import jpeg, write_jpegs, write_rows

SETS = {"dynamic": "verb", "swapped": "roles", "random": ""}  # what differs in the negative
METHODS = {"clip": {"loss": "clip"}, "mine": {"loss": "clip", "lr": 0.001}}  # two methods with one loss
RIVALS = {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}}
MODELS = ("base", *METHODS, *RIVALS)
BENCHMARKS = {"winoground": {"files": "winoground", "images": "winoground"}}
PARAMS = {
    "seed": 0,
    "train": {"methods": METHODS},
    "rivals": RIVALS,
    "benchmarks": BENCHMARKS,
    "evaluate": {"resamples": 20, "alphas": [0.5], "instances": "data/none.json"},
}
VERBS = ("ride", "feed")
BLIND = ("no image: the most frequent verb", "no image: both nouns")


def answers(sets: tuple[str, ...], images: int, right: float) -> pd.DataFrame:
    """Four tuples of each set, on so many images in turn, the first `right` of each set answered rightly."""
    number = np.arange(4 * len(sets))
    won = (number % 4 < 4 * right).astype(float)
    columns = {"tuple_id": number, "set": np.repeat(sets, 4), "image_id": number % images}
    columns |= {"true_score": 0.5, "text_score": 0.7 - 0.4 * won, "best_text": 1, "i2t": won, "t2i": won, "group": won}
    return pd.DataFrame(columns)


def shares(tuples: pd.DataFrame, measure: str, set: object, slice: object) -> pd.DataFrame:
    """The mean answer by set, slice and direction, with an interval of a tenth to either side, as rows of a measure."""
    long = tuples.assign(set=set, slice=slice).melt(["set", "slice"], ["i2t", "t2i", "group"], "direction")
    means = long.groupby(["slice", "set", "direction"], sort=False, as_index=False)["value"]
    table = means.agg(value="mean", count="size").assign(measure=measure, chance=0.5)
    return table.assign(low=table["value"] - 0.1, high=table["value"] + 0.1)


def measures(tuples: pd.DataFrame) -> pd.DataFrame:
    """What stage evaluate writes of one model: tuples with an odd number are combinations that training did not see."""
    verb, sets = np.resize(VERBS, len(tuples)), tuples["set"]
    hard = tuples[sets != "random"]
    seen = np.where(tuples["tuple_id"] % 2, "unseen triple", "seen triple")
    parts = [shares(tuples, "relation", sets, slice) for slice in ("all", seen, "seen relation")]
    particle = tuples.head(2)
    parts += [shares(particle, "relation", particle["set"], "with particle"), shares(tuples, "macro", sets, "all")]
    verbs = shares(hard, "verbs", hard["set"].map(SETS), verb[: len(hard)])
    parts += [verbs.assign(chance=np.nan)] if len(hard) else []
    rows = [("confusions", "ride", "i2t", "feed", 0.5), ("confusions", "feed", "i2t", "ride", 0.0)]
    rows += [("controls", name, "i2t", "another image", 0.1) for name in sets.unique()]
    rows += [("inference", name, by, "all", 0.5) for name in ("verb@1", "verb@5", "roles") for by in ("i2t", *BLIND)]
    rows += [("inference", "mean rank", "i2t", "all", 1.5), ("inference", "verb@1, of such nouns", "i2t", "all", 0.6)]
    rows += [("retrieval", "captions", way, f"recall@{k}", (20 + k) / 100) for way in ("i2t", "t2i") for k in (1, 5)]
    rows += [
        ("calibration", "statements", "i2t", "most probable is right", 0.5),
        ("naming", "nouns", "i2t", "all", 0.6),
    ]
    for name in ("CLIP's own temperature", "fitted temperature"):
        rows += [("calibration", name, "i2t", part, 0.2) for part in ("calibration error", "range 0", "range 1")]
    if tuples["image_id"].nunique() > 2:
        rows += [("probe", "verbs", "i2t", "accuracy", 0.3)]
    table = pd.DataFrame(rows, columns=["measure", "set", "direction", "slice", "value"]).assign(count=8)
    table["chance"] = np.where(table["slice"].str.startswith("range"), 0.3, np.nan)
    return pd.concat([*parts, table], ignore_index=True)


def one_row(measure: str, set: str, direction: str, slice: str, value: float, count: int = 2) -> pd.DataFrame:
    """A row of a measure with an interval of a quarter to either side."""
    row = {"measure": measure, "set": set, "direction": direction, "slice": slice, "value": value, "count": count}
    return pd.DataFrame([row | {"low": value - 0.25, "high": value + 0.25}])


def evaluate(root: Path, model: str, tuples: pd.DataFrame) -> None:
    """What stages evaluate, interpolate and answer write of one model; the second benchmark is of an earlier run."""
    tables = {model: measures(tuples)}
    if model in METHODS:
        points = {"relation": 0.5, "retention": 0.2}
        tables[f"{model}-interpolation"] = pd.concat(
            [one_row("interpolation", name, "both", "0.5", value) for name, value in points.items()]
        )
    for name in (*BENCHMARKS, "removed"):
        coverage = one_row("coverage", name, "both", "questions with their images", 0.67, 3)
        tables[f"{model}-{name}"] = pd.concat([one_row("benchmark", name, "text", "<Object>", 0.5), coverage])
    for name, table in tables.items():
        write_frame(root / name / "measures.parquet", table, MEASURE_ROWS)
    write_frame(root / model / "answers.parquet", tuples, ANSWERS)


def make_project(root: Path, sets: tuple = tuple(SETS), images: int = 4, models: tuple = MODELS) -> None:
    """Everything that the report reads; base answers a quarter rightly, each model after it a quarter more."""
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMS, sort_keys=False), encoding="utf-8")
    data = root / "data"
    for place, model in enumerate(models):
        evaluate(data / "evaluate", model, answers(sets, images, min(1, (place + 1) / 4)))
        (data / "models" / model).mkdir(parents=True)
        history = {"step": [10, 20], "loss": [1.0, 0.5]}
        history |= {"tuple_accuracy": [0.5, 0.75]} if model in METHODS else {}
        if model not in RIVALS:
            pd.DataFrame(history).to_csv(data / "models" / model / "history.csv", index=False)
    filled = {"split": "test", "dynamic": True, "unseen_relation": False, "unseen_triple": False}
    members = []
    for row in answers(sets, images, 1).itertuples():
        own = filled | {"tuple_id": row.tuple_id, "set": row.set, "relation": VERBS[row.tuple_id % 2]}
        for place, verb in enumerate(("riding", "feeding")):
            text = f"man <{verb}> horse {row.tuple_id}"
            members.append(own | {"place": place, "image_id": row.image_id + place, "text": text})
    write_rows(data / "negatives/tuples.parquet", "tuples", members)
    write_jpegs(data / "captions", [jpeg(number, 8) for number in range(images + 1)])
    counts = {name: {"tuples": {"train": 1200, "val": 0, "test": 4 * (name in sets)}} for name in SETS}
    counts = {name: numbers | {"blind_classifier": 0.5, "differs": SETS[name]} for name, numbers in counts.items()}
    write_json(data / "negatives/summary.json", {"sets": counts})
    write_json(data / "triples/summary.json", {"top_relations": {"ride": 5, "feed": 4}})
