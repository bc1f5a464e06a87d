"""A tiny project folder: forty pictures of 16 pixels, tuples of three sets, and a small random base."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import open_clip
import pyarrow as pa
import pytest
import torch
import yaml
from PIL import Image

from stages.common.clip.clip import save_checkpoint
from stages.common.files.params import load_params
from stages.common.files.tables import SCHEMAS, write_parts, write_table

ROOT = Path(__file__).parents[2]
TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
SCALING = {"mean": (0.5, 0.4, 0.3), "std": (0.25, 0.25, 0.25), "interpolation": "bicubic"}
METHODS = load_params(ROOT / "params.yaml")["train"]["methods"]  # with their options
METHODS |= {"ours": {"tuple_weight": 1.0, "caption_weight": 1.0}}
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
RUN = {"device": "auto", "processes": 1, "workers": 0, "checkpoint_every": 5, "grad_checkpointing": False}
RUN |= {"engine": "local"}


def tiny_model() -> tuple[open_clip.CLIP, dict]:
    """A random CLIP of 16 pixels and one layer, and its configuration."""
    torch.manual_seed(0)
    model = open_clip.CLIP(**TINY)
    open_clip.set_model_preprocess_cfg(model, {"size": (16, 16), "mode": "RGB"} | SCALING)
    return model, {"model_cfg": TINY, "preprocess_cfg": model.visual.preprocess_cfg}


def jpeg(seed: int, size: int = 16) -> bytes:
    """A picture of noise."""
    pixels = np.random.default_rng(seed).integers(256, size=(size, size, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def write_jpegs(folder: Path, *parts: list[bytes]) -> Path:
    """A table of images of these JPEGs in a folder, numbered from 0."""
    number = itertools.count()
    rows = [[{"image_id": next(number), "width": 16, "height": 16, "jpeg": jpeg} for jpeg in jpegs] for jpegs in parts]
    tables = [pa.Table.from_pylist(part, SCHEMAS["images"]) for part in rows]
    write_parts(folder / "images", tables, SCHEMAS["images"])
    return folder / "images"


def write_rows(path: Path, name: str, rows: list[dict]) -> None:
    write_table(path, pa.Table.from_pylist(rows, SCHEMAS[name]), SCHEMAS[name])


def make_project(folder: Path, negatives: int = 1, **changed) -> None:
    """Inputs of the stage train: 36 tuples to train on and 6 to validate.

    Set dynamic has `negatives` negatives, swapped one, some of them texts alone.
    """
    data = folder / "data"
    words = [f"{a} {v} {b}" for a in ("man", "dog") for v in ("riding", "eating") for b in ("cat", "bus")]
    blank = dict.fromkeys(SCHEMAS["triples"].names, "") | {"dynamic": True, "passive": False, "rank": 0}
    triples = [
        blank | {"triple_id": i, "caption_id": i, "image_id": 100 + i, "split": "train", "text": words[i % 8]}
        for i in range(40)
    ]
    captions = [
        {"caption_id": i, "image_id": 100 + i, "split": "train", "caption": f"a {words[i % 8]} number {i}"}
        for i in range(40)
    ]
    pictures = [{"image_id": 100 + i, "width": 16, "height": 16, "jpeg": jpeg(i)} for i in range(40)]
    tuples = []
    for i in range(42):
        name = ("dynamic", "swapped", "random")[i % 3]
        others = [(i + 1 + k) % 40 for k in range(1 if name == "swapped" else negatives)]
        alone = name == "swapped" and i % 2
        tuples.append(
            {
                "tuple_id": i,
                "set": name,
                "split": "train" if i < 36 else "val",
                "anchor": i % 40,
                "negatives": [] if alone else others,
                "negative_texts": [words[other % 8] for other in others],
                "unseen_relation": False,
                "unseen_triple": False,
            }
        )
    write_rows(data / "triples/triples/part-00000.parquet", "triples", triples)
    write_rows(data / "captions/captions/part-00000.parquet", "captions", captions)
    write_rows(data / "captions/images/part-00000.parquet", "images", pictures)
    write_rows(data / "negatives/tuples.parquet", "tuples", tuples)
    save_checkpoint(data / "models/base", *tiny_model())
    set_options(folder, **changed)


def set_options(folder: Path, **changed) -> None:
    """params.yaml of OPTIONS and RUN, some `changed`."""
    run = RUN | {name: changed.pop(name) for name in changed.keys() & RUN.keys()}
    params = {"seed": 0, "run": run, "train": OPTIONS | changed}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def run_here(patch: pytest.MonkeyPatch, folder: Path, main: Callable[[], None], *arguments: str) -> None:
    """The stage `main` with `arguments`, in `folder`, on the CPU of this process."""
    patch.chdir(folder)
    patch.setattr(sys, "argv", ["stage", *arguments])
    patch.setattr(torch.cuda, "is_available", lambda: False)
    main()


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """python -m ARGUMENTS in `folder`, as a process of its own on the CPU."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""},
        stderr=subprocess.PIPE,
        text=True,
    )
