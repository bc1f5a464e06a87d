"""A tiny project folder for training: forty pictures of 16 pixels, tuples of three sets, and a small random base."""

from pathlib import Path

import yaml

from stages.common.clip.checkpoint import save_checkpoint
from stages.common.files.params import load_params
from tests.project import ROOT, RUN, jpeg, tiny_model, write_rows

METHODS = load_params(ROOT / "params.yaml")["train"]["methods"]  # with their options
METHODS |= {"ours": {"loss": "ours", "tuple_weight": 1.0, "caption_weight": 1.0}}
OPTIONS = {
    "methods": METHODS,
    "epochs": 4,
    "batch_size": 4,
    "accumulate": 1,
    "lr": 0.003,
    "weight_decay": 0.01,
    "warmup": 3,
    "clip_norm": 1.0,
    "max_scale": 100,
    "sets": {"dynamic": 1.0, "swapped": 1.0, "random": 1.0},
    "freeze": "none",
    "adapters": 0,
    "augment": {"crop": [1.0, 1.0], "flip": False},
    "alpha": 1.0,
}


def make_project(folder: Path, negatives: int = 1, **changed) -> None:
    """Inputs of the stage train: 36 tuples to train on and 6 to validate.

    Set dynamic has `negatives` negatives, swapped one, some of them texts alone.
    """
    data = folder / "data"
    words = [f"{a} {v} {b}" for a in ("man", "dog") for v in ("riding", "eating") for b in ("cat", "bus")]
    pictures = [{"image_id": 100 + i, "jpeg": jpeg(i)} for i in range(40)]
    rows = []
    for i in range(42):
        name = ("dynamic", "swapped", "random")[i % 3]
        others = [(i + 1 + k) % 40 for k in range(1 if name == "swapped" else negatives)]
        text_only = name == "swapped" and i % 2
        shared = {"tuple_id": i, "set": name, "split": "train" if i < 36 else "val", "relation": "ride"}
        shared |= {"dynamic": True, "unseen_relation": False, "unseen_triple": False}
        for place, item in enumerate([i % 40, *others]):
            row = shared | {"place": place, "image_id": 100 + item, "text": words[item % 8]}
            row |= {"sentence": f"a {words[item % 8]} number {item}"} if place == 0 else {}
            rows.append(row | ({"image_id": None} if place and text_only else {}))
    write_rows(data / "captions/images/part-00000.parquet", "images", pictures)
    write_rows(data / "negatives/tuples.parquet", "tuples", rows)
    save_checkpoint(data / "models/base", *tiny_model())
    set_options(folder, **changed)


def set_options(folder: Path, **changed) -> None:
    """params.yaml of OPTIONS and RUN, some `changed`."""
    run = RUN | {name: changed.pop(name) for name in changed.keys() & RUN.keys()}
    params = {"seed": 0, "run": run, "train": OPTIONS | changed}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
