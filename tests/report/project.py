"""A project folder with made-up evaluations, as the stages before the report would leave it."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml
from PIL import Image

from stages.common.files.storage import write_json
from stages.common.files.tables import SCHEMAS as INPUTS
from stages.common.files.tables import write_table
from stages.evaluate.schemas import SCHEMAS

SETS = {"dynamic": "verb", "swapped": "roles", "random": ""}  # what differs in the negative
METHODS, RIVALS = {"clip": {}, "mine": {}}, {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}}
MODELS = ("base", *METHODS, *RIVALS)
BENCHMARKS = {"winoground": {"files": "winoground", "images": "winoground"}}
VERBS = ("ride", "feed")


def put(path: Path, rows: pd.DataFrame, schema: pa.Schema) -> None:
    write_table(path, pa.Table.from_pandas(rows[schema.names], schema, preserve_index=False), schema)


def answers(sets: tuple[str, ...], images: int, right: float) -> pd.DataFrame:
    """Four tuples of each set, on so many images in turn, the first `right` of each set answered rightly."""
    number = np.arange(4 * len(sets))
    won = (number % 4 < 4 * right).astype(float)
    anchor, other = 1 + number % images, 1 + (number + 1) % images
    return pd.DataFrame(
        {
            "tuple_id": number,
            "set": np.repeat(sets, 4),
            "image_id": anchor,
            "relation": np.resize(VERBS, len(number)),
            "images": [list(pair) for pair in zip(anchor, other)],
            "texts": [[f"man riding horse {n}", f"man feeding horse {n}"] for n in number],
            "true_score": 0.5,
            "text_score": 0.7 - 0.4 * won,
            "image_score": 0.4,
            "best_text": 1,
            "i2t": won,
            "t2i": won,
            "group": won,
            "unseen_triple": number % 2 == 1,
        }
    )


def measured(tuples: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Accuracies by keys and direction, an interval of a tenth to either side."""
    long = tuples.melt(keys, ["i2t", "t2i", "group"], "direction", "accuracy")
    groups = long.groupby([*keys, "direction"], sort=False, as_index=False)["accuracy"]
    table = groups.agg(accuracy="mean", count="size")
    return table.assign(low=table["accuracy"] - 0.1, high=table["accuracy"] + 0.1, chance=0.5)


def evaluate(folder: Path, tuples: pd.DataFrame, tuned: bool) -> None:
    """What stage evaluate writes of one model."""
    unseen = tuples["unseen_triple"].map({True: "unseen triple", False: "seen triple"})
    slices = pd.concat([tuples.assign(slice="all"), tuples.assign(slice=unseen)])
    hard = tuples[tuples["set"] != "random"]
    rivals = {"ride": "feed", "feed": "ride"}
    tables = {
        "tuples": tuples,
        "accuracy": measured(slices, ["slice", "set"]),
        "macro": measured(tuples, ["set"]),
        "verbs": measured(hard.assign(differs=hard["set"].map(SETS)), ["differs", "relation"]),
        "confusions": pd.DataFrame({"relation": VERBS, "count": 2, "mistaken": 1}),
        "interpolation": pd.DataFrame({"alpha": [0.5] * tuned, "relation": 0.5, "retention": 0.2}),
    }
    shares = {"value": 0.5, "low": 0.4, "high": 0.6, "count": 8}
    kinds = [(by, "all", f"verb@{k}", "all") for by in ("model", "commonest", "blind") for k in (1, 5)]
    kinds += [("model", "both orders", "roles", "all"), ("model", "all", "mean rank", "all")]
    inference = pd.DataFrame(kinds, columns=["by", "offered", "measure", "verbs"]).assign(**shares)
    curve = pd.DataFrame({"confidence": [0.3, 0.7], "accuracy": [0.2, 0.8], "count": [4, 4]})
    curves = pd.concat([curve.assign(temperature=name) for name in ("CLIP's own", "fitted")])
    tables |= {"inference": inference, "reliability": curves}
    tables["confusions"]["taken_for"] = tables["confusions"]["relation"].map(rivals)
    for name in tables:
        put(folder / f"{name}.parquet", tables[name], SCHEMAS[name])
    recalls = {f"{way}_recall@{rank}": 20.0 + rank for way in ("i2t", "t2i") for rank in (1, 5, 10)}
    relation = {"relation": round(100 * hard["i2t"].mean(), 2)} if len(hard) else {}
    summary = {
        "overall": relation | {"retention": 21.0},
        "retention": recalls | {"noun_accuracy": 60.0},
        "controls": {name: {"language_prior": 50.0, "shuffled_i2t": 49.0} for name in tuples["set"].unique()},
        "inference": {"verb@1": 50.0, "verb@5": 50.0, "mean_rank": 1.5, "roles": 50.0},
        "calibration": {"relation@1": 50.0, "expected_calibration_error": {"CLIP's own": 9.0, "fitted": 1.0}},
        "probe": {"accuracy": 30.0, "commonest": 10.0} if tuples["image_id"].nunique() > 2 else {},
    }
    write_json(folder / "summary.json", summary)


def answer_benchmark(folder: Path, models: tuple[str, ...]) -> None:
    """What stage benchmark writes: every model right in half of two questions, an image of a third is missing."""
    kind = {"benchmark": folder.name, "category": "all", "direction": "text"}
    share = {"accuracy": 0.5, "low": 0.25, "high": 0.75, "count": 2}
    schema = SCHEMAS["benchmarks"]
    rows = pd.DataFrame([kind | share | {"model": name} for name in models], columns=schema.names)
    put(folder / "accuracy.parquet", rows, schema)
    write_json(folder / "summary.json", {"questions": 3, "answered": 2, "missing": 1, "missing_images": ["3.png"]})


def picture(number: int) -> bytes:
    """A JPEG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (20 * number, 0, 0)).save(file, "jpeg")
    return file.getvalue()


def make_project(root: Path, sets: tuple = tuple(SETS), images: int = 4, models: tuple = MODELS) -> None:
    """Everything that the report reads; base answers a quarter rightly, each model after it a quarter more."""
    params = {"seed": 0, "train": {"methods": METHODS}, "rivals": RIVALS, "benchmarks": BENCHMARKS}
    params["evaluate"] = {"resamples": 20, "alphas": [0.5], "instances": ""}
    (root / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    data = root / "data"
    for place, model in enumerate(models):
        evaluate(data / "evaluate" / model, answers(sets, images, min(1, (place + 1) / 4)), model in METHODS)
        (data / "models" / model).mkdir(parents=True)
        history = {"step": [10, 20], "loss": [1.0, 0.5]}
        history |= {"tuple_accuracy": [0.5, 0.75]} if model in METHODS else {}
        if model not in RIVALS:
            pd.DataFrame(history).to_csv(data / "models" / model / "history.csv", index=False)
    for name in (*BENCHMARKS, "removed"):  # the second is of an earlier run
        answer_benchmark(data / "evaluate/_benchmarks" / name, models)
    filled = dict.fromkeys(INPUTS["triples"].names, "x") | {"dynamic": True, "passive": False, "rank": 0}
    filled |= {"caption_id": 1, "image_id": 1, "split": "test"}
    triples = pd.DataFrame(filled | {"triple_id": [1, 2], "relation": VERBS})
    put(data / "triples/triples/part-00000.parquet", triples, INPUTS["triples"])
    tuples = answers(sets, images, 1).assign(split="test", anchor=[1, 2] * (2 * len(sets)))
    tuples = tuples.assign(negatives=tuples["images"], negative_texts=tuples["texts"], unseen_relation=False)
    put(data / "negatives/tuples.parquet", tuples, INPUTS["tuples"])
    pictures = pd.DataFrame({"image_id": range(1, images + 2), "width": 8, "height": 8})
    pictures["jpeg"] = pictures["image_id"].map(picture)
    put(data / "captions/images/part-00000.parquet", pictures, INPUTS["images"])
    counts = {name: {"tuples": {"train": 9, "val": 0, "test": 4 * (name in sets)}} for name in SETS}
    counts = {name: numbers | {"blind_classifier": 0.5, "differs": SETS[name]} for name, numbers in counts.items()}
    write_json(data / "negatives/summary.json", {"sets": counts})
    write_json(data / "triples/summary.json", {"top_relations": {"ride": 5, "feed": 4}})
