"""Small models, pictures, tables and parameters, which tests of several stages share."""

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
from PIL import Image

from stages.common.clip.checkpoint import evaluation_transform
from stages.common.clip.embed import Clip
from stages.common.files.tables import SCHEMAS, write_parts, write_table

ROOT = Path(__file__).parents[1]
TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
SCALING = {"mean": (0.5, 0.4, 0.3), "std": (0.25, 0.25, 0.25), "interpolation": "bicubic"}
RUN = {"device": "auto", "processes": 1, "workers": 0, "checkpoint_every": 5, "grad_checkpointing": False}
RUN |= {"engine": "local"}


def tiny_model() -> tuple[open_clip.CLIP, dict]:
    """A random CLIP of 16 pixels and one layer, and its configuration."""
    torch.manual_seed(0)
    model = open_clip.CLIP(**TINY)
    open_clip.set_model_preprocess_cfg(model, {"size": (16, 16), "mode": "RGB"} | SCALING)
    return model, {"model_cfg": TINY, "preprocess_cfg": model.visual.preprocess_cfg}


def tiny_clip() -> Clip:
    """`tiny_model` with its transform and CLIP's tokenizer."""
    model, _ = tiny_model()
    tokenizer = open_clip.tokenizer.SimpleTokenizer(context_length=TINY["text_cfg"]["context_length"])
    return Clip(model.eval(), evaluation_transform(model), tokenizer)


def jpeg(seed: int, size: int = 16) -> bytes:
    """A picture of noise."""
    pixels = np.random.default_rng(seed).integers(256, size=(size, size, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def write_jpegs(folder: Path, *parts: list[bytes]) -> Path:
    """A table of images with these JPEGs, a part for each list, numbered from 0."""
    number = itertools.count()
    rows = [[{"image_id": next(number), "jpeg": jpeg} for jpeg in jpegs] for jpegs in parts]
    tables = [pa.Table.from_pylist(part, pa.schema(list(SCHEMAS["images"]))) for part in rows]
    write_parts(folder / "images", tables, SCHEMAS["images"])
    return folder / "images"


def write_rows(path: Path, name: str, rows: list[dict]) -> None:
    """The table SCHEMAS[name] with these rows, in one file; columns that they lack are null."""
    write_table(
        path,
        pa.Table.from_pylist(rows, pa.schema([field.with_nullable(True) for field in SCHEMAS[name]])),
        SCHEMAS[name],
    )


def run_here(patch: pytest.MonkeyPatch, folder: Path, main: Callable[[list[str]], None], *arguments: str) -> None:
    """The stage `main` with `arguments`, in `folder`, on the CPU of this process."""
    patch.chdir(folder)
    patch.setattr(torch.cuda, "is_available", lambda: False)
    main(list(arguments))


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """python -m ARGUMENTS in `folder`, as a process of its own on the CPU."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""},
        stderr=subprocess.PIPE,
        text=True,
    )
