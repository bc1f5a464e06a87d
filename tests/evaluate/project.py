"""A tiny project folder: twelve images, hand-made tuples and CLIPs of a few thousand weights."""

import io
import json
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
import torch
import yaml
from PIL import Image

from stages.common.clip import encode_images, load_checkpoint, save_checkpoint
from stages.common.tables import SCHEMAS, features_schema, write_table

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
PARAMS = {
    "seed": 0,
    "evaluate": {
        "methods": ["base", "clip", "drive"],
        "resamples": 50,
        "alphas": [0, 0.5, 1],  # the ends too: they must agree with base and with the method
        "instances": "",
        "benchmarks": {"sugarcrepe": {"files": "", "images": ""}},
    },
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


def make_checkpoint(folder: Path, seed: int) -> None:
    """A CLIP with random weights."""
    torch.manual_seed(seed)
    config = {"model_cfg": MODEL, "preprocess_cfg": PIXELS}
    save_checkpoint(folder, open_clip.CLIP(**MODEL), config)


def make_project(root: Path, params: dict = PARAMS) -> None:
    """Everything that stages evaluate and report read, but what evaluate itself writes."""
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
        write_table(data / f"{name}.parquet", table, schema)
    for seed, method in enumerate(params["evaluate"]["methods"]):
        make_checkpoint(data / "train" / method / "checkpoint", seed)
        losses = pd.DataFrame({"step": [10, 20], "loss": [1.0, 0.5]})
        losses.to_csv(data / "train" / method / "history.csv", index=False)
    make_features(root)
    counts = {"tuples": {"train": 1, "val": 0, "test": 2}, "blind_classifier": 0.5}
    negatives = {"sets": {name: counts for name in ("dynamic", "stative", "swapped", "random")}}
    (data / "negatives/summary.json").write_text(json.dumps(negatives), encoding="utf-8")
    relations = {str(name): int(count) for name, count in facts["relation"].value_counts().items()}
    (data / "triples/summary.json").write_text(json.dumps({"top_relations": relations}), encoding="utf-8")


def make_features(root: Path) -> None:
    """data/features/images.parquet of every image by base, half precision."""
    model, transform, _ = load_checkpoint(root / "data/train/base/checkpoint")
    table = images()
    vectors = encode_images(model, transform, table["jpeg"].tolist()).astype(np.float16)
    values = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    schema = features_schema(vectors.shape[1])
    rows = pa.table([pa.array(table["image_id"]), values], schema=schema)
    write_table(root / "data/features/images.parquet", rows, schema)
