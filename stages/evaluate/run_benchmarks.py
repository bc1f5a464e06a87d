"""Run one model on the benchmarks whose folders the parameters give."""

from pathlib import Path

import pandas as pd

from stages.common.clip import encode_images, encode_texts
from stages.common.errors import InputError
from stages.evaluate.benchmarks import READERS, benchmark_table, locate


def run_benchmarks(encoders: tuple, folders: dict, resamples: int, seed: int) -> tuple[pd.DataFrame, dict]:
    """Accuracies of every benchmark that is switched on, and what was missing.

    `encoders` is (model, transform, tokenizer); `folders` maps a benchmark's name to its folders `files`
    and `images`; empty `files` switch it off. InputError where no question has its images.
    """
    model, transform, tokenizer = encoders
    tables, missing_images = [], {}
    for name, folder in folders.items():
        if folder["files"]:
            questions = READERS[name](Path(folder["files"]))
            kept, found, missing = locate(questions, Path(folder["images"]))
            if kept.empty:
                raise InputError(f"{folder['images']} holds no image of {name}; set benchmarks.{name}.images")
            texts = pd.Index(sorted({text for row in kept["texts"] for text in row}))
            images = encode_images(model, transform, [path.read_bytes() for path in found.values()])
            both = pd.Index(list(found)), images, texts, encode_texts(model, tokenizer, list(texts))
            tables.append(benchmark_table(kept, *both, resamples, seed).assign(benchmark=name))
            missing_images[name] = {
                "questions": len(questions),
                "answered": len(kept),
                "missing_images": missing,
            }
    columns = ["benchmark", "category", "direction", "accuracy", "low", "high", "count"]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=columns)
    return table[columns], missing_images
