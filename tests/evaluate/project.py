"""A tiny project folder: twelve images, hand-made tuples and CLIPs of a few thousand weights."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
import torch
import yaml
from PIL import Image

from stages.common.clip.embed import save_checkpoint
from stages.common.files.tables import SCHEMAS, write_parts, write_table
from tests.project import RUN

MODEL = {
    "embed_dim": 8,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
PIXELS = {"size": [16, 16], "mode": "RGB", "mean": [0.5] * 3, "std": [0.5] * 3}
PIXELS |= {"interpolation": "bicubic", "resize_mode": "shortest", "fill_color": 0}
SAID = [  # subject, relation, object, dynamic of image 1, 2, ...; the last four are for training
    ("man", "ride", "horse", True),
    ("man", "feed", "horse", True),
    ("dog", "chase", "cat", True),
    ("cat", "chase", "dog", True),
    ("man", "wear", "hat", False),
    ("man", "hold", "hat", False),
    ("dog", "bite", "ball", True),
    ("dog", "chase", "ball", True),
    ("man", "ride", "horse", True),
    ("man", "feed", "horse", True),
    ("dog", "chase", "cat", True),
    ("cat", "chase", "dog", True),
]
TUPLES = [  # set, anchor, negative images
    ("dynamic", 1, [2]),
    ("dynamic", 7, [8]),
    ("stative", 5, [6]),
    ("swapped", 3, [4]),
    ("swapped", 4, []),  # its text alone
    ("random", 1, [5]),
    ("dynamic", 9, [10]),
    ("swapped", 11, [12]),
]
DIFFERS = {"dynamic": "verb", "stative": "verb", "swapped": "roles", "random": ""}
PARAMS = {
    "seed": 0,
    "run": RUN | {"device": "cpu"},
    "train": {"methods": {"clip": {}, "drive": {}}},
    "rivals": {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}},
    "evaluate": {"resamples": 50, "alphas": [0.5], "instances": ""},
    "benchmarks": {},
}


def triples() -> pd.DataFrame:
    """Triple and image ids are 1, 2, ...: one triple an image."""
    rows = pd.DataFrame(SAID, columns=["subject", "relation", "object", "dynamic"])
    ids = np.arange(1, len(rows) + 1)
    rows = rows.assign(triple_id=ids, caption_id=ids, image_id=ids, split=np.where(ids > 8, "train", "test"))
    rows = rows.assign(text=rows["subject"] + " " + rows["relation"] + "ing " + rows["object"], rank=0)
    compounds = {"subject_compound": rows["subject"], "object_compound": rows["object"]}
    return rows.assign(particle=None, preposition=None, passive=False, **compounds)


def tuples(facts: pd.DataFrame) -> pd.DataFrame:
    """TUPLES as the table of stage negatives; a swapped tuple without an image has its anchor's text."""
    facts = facts.set_index("triple_id")
    rows = []
    for number, (name, anchor, negatives) in enumerate(TUPLES):
        own = facts.loc[anchor]
        swapped = f"{own['object']} {own['relation']}ing {own['subject']}"
        texts = [facts.loc[negative, "text"] for negative in negatives] or [swapped]
        unseen = own["relation"] in ("bite", "wear")
        rows.append([number, name, own["split"], anchor, negatives, texts, unseen, unseen])
    return pd.DataFrame(rows, columns=SCHEMAS["tuples"].names)


def images() -> pd.DataFrame:
    """Noise pictures, each another."""
    rows = []
    for image in range(1, len(SAID) + 1):
        jpeg = io.BytesIO()
        noise = np.random.default_rng(image).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(noise).save(jpeg, "jpeg")
        rows.append({"image_id": image, "width": 16, "height": 16, "jpeg": jpeg.getvalue()})
    return pd.DataFrame(rows)


def make_model(folder: Path, seed: int, model: dict = MODEL) -> None:
    """A CLIP with random weights."""
    torch.manual_seed(seed)
    config = {"model_cfg": model, "preprocess_cfg": PIXELS}
    save_checkpoint(folder, open_clip.CLIP(**model), config)


def make_project(root: Path, params: dict = PARAMS) -> None:
    """Everything that stages evaluate and benchmark read: base, the methods, and a rival of another width."""
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    facts, data = triples(), root / "data"
    captions = facts[["caption_id", "image_id", "split"]].assign(caption="a " + facts["text"] + " outdoors")
    tables = {
        "captions/captions": captions,
        "captions/images": images(),
        "triples/triples": facts,
        "negatives/tuples": tuples(facts),
    }
    for name, rows in tables.items():
        schema = SCHEMAS[name.split("/")[1]]
        table = pa.Table.from_pandas(rows, schema, preserve_index=False)
        if name == "negatives/tuples":
            write_table(data / f"{name}.parquet", table, schema)
        else:
            write_parts(data / name, [table], schema)
    for seed, name in enumerate(("base", *params["train"]["methods"])):
        make_model(data / "models" / name, seed)
        losses = pd.DataFrame({"step": [10, 20], "loss": [1.0, 0.5]})
        losses.to_csv(data / "models" / name / "history.csv", index=False)
    for seed, name in enumerate(params["rivals"]):
        make_model(data / "models" / name, 100 + seed, MODEL | {"embed_dim": 12})
    for name in ("nouns.csv", "verb_synonyms.csv"):
        shutil.copy(Path(__file__).parents[2] / "data" / name, data)
    negatives = {"sets": {name: {"differs": what} for name, what in DIFFERS.items()}}
    (data / "negatives/summary.json").write_text(json.dumps(negatives), encoding="utf-8")
