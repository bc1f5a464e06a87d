"""Run one model on the benchmarks whose folders the parameters give."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.clip import decode, encode_images, encode_texts
from stages.common.errors import InputError
from stages.evaluate.benchmarks import Picture, benchmark_table, locate, unique_pictures
from stages.evaluate.readers import READERS

CHUNK = 1024  # pictures in memory at once
COLUMNS = ["benchmark", "category", "direction", "accuracy", "low", "high", "count"]


def picture_bytes(path: Path, box: tuple) -> bytes:
    """The file as it is, or cut to `box` (left, upper, right, lower) without loss."""
    if not box:
        return path.read_bytes()
    cut = io.BytesIO()
    decode(path.read_bytes()).crop(box).save(cut, "png")
    return cut.getvalue()


def encode_pictures(model, transform, pictures: list[Picture], paths: dict[str, Path]) -> np.ndarray:
    """Unit-length embeddings (N, D) of the pictures, read in chunks."""

    def parts() -> Iterator[np.ndarray]:
        for start in range(0, len(pictures), CHUNK):
            chunk = pictures[start : start + CHUNK]
            yield encode_images(model, transform, [picture_bytes(paths[name], box) for name, box in chunk])

    return np.concatenate(list(parts()))


def run_benchmarks(
    encoders: tuple, folders: dict[str, dict], resamples: int, seed: int
) -> tuple[pd.DataFrame, dict]:
    """Accuracies of every benchmark that is switched on, and what was missing.

    `encoders` is (model, transform, tokenizer); `folders` maps a benchmark's name to its folders
    `files` and `images`; empty `files` switch it off. InputError where the name is unknown or no
    question has its images.
    """
    model, transform, tokenizer = encoders
    tables, answered = [], {}
    for name, folder in folders.items():
        if name not in READERS:
            raise InputError(f"params.yaml: evaluate.benchmarks: {name!r}; use {', '.join(READERS)}")
        if folder["files"]:
            questions = READERS[name](Path(folder["files"]))
            kept, paths, missing = locate(questions, Path(folder["images"]))
            if kept.empty:
                where = f"evaluate.benchmarks.{name}.images"
                raise InputError(f"{folder['images']} holds no image of {name}; set {where}")
            pictures = unique_pictures(kept)
            texts = pd.Index(sorted({text for row in kept["texts"] for text in row}))
            images = encode_pictures(model, transform, pictures, paths)
            items = pictures, images, texts, encode_texts(model, tokenizer, list(texts))
            tables.append(benchmark_table(kept, *items, resamples, seed).assign(benchmark=name))
            answered[name] = {
                "questions": len(questions),
                "answered": len(kept),
                "missing": len(missing),
                "missing_images": missing,
            }
    return pd.concat(tables)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS), answered
