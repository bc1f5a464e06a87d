"""Winoground (arXiv 2204.03162): examples.jsonl, image_0, image_1, caption_0, caption_1; per collapsed_tag.

Published scores: `text`, each image prefers its own caption; `image`, each caption its own image; `group`, both.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.benchmark.question import Benchmark, parse, questions, read_text


def read(folder: Path) -> pd.DataFrame:
    """Questions with two images and two captions."""

    def question(item: dict) -> list:
        pictures = [(f"{item[name]}.png", ()) for name in ("image_0", "image_1")]
        return [item["collapsed_tag"], pictures, [item["caption_0"], item["caption_1"]], False]

    path = folder / "examples.jsonl"
    return questions(path, [parse(path, line) for line in read_text(path).rstrip("\n").split("\n")], question)


def scores(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """The three scores (N,) from cosines (N, 2, 2) of images with captions.

    >>> found = scores(np.array([[[0.9, 0.1], [0.5, 0.6]], [[0.5, 0.6], [0.1, 0.7]]]))
    >>> [column.tolist() for column in found.values()]
    [[True, False], [True, True], [True, False]]
    """
    (a, b), (c, d) = (cosines[:, 0, 0], cosines[:, 0, 1]), (cosines[:, 1, 0], cosines[:, 1, 1])  # (N,) each
    by_text, by_image = (a > b) & (d > c), (a > c) & (d > b)
    return {"text": by_text, "image": by_image, "group": by_text & by_image}


BENCHMARK = Benchmark(read, scores)
