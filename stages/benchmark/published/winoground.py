"""Winoground (arXiv 2204.03162): examples.jsonl, image_0, image_1, caption_0, caption_1; per collapsed_tag.

Published scores: `text`, each image prefers its own caption; `image`, each caption its own image; `group`, both.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Json
from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, read_rows

IMAGES, CAPTIONS = ("image_0", "image_1"), ("caption_0", "caption_1")
Item = TypedDict("Item", dict.fromkeys((*IMAGES, *CAPTIONS, "collapsed_tag"), str))


def read(folder: Path) -> Iterator[Question]:
    """Questions with two images and two captions."""
    for item in read_rows(folder / "examples.jsonl", Json[Item], lambda text: text.rstrip("\n").split("\n")):
        pictures = [(f"{item[name]}.png", ()) for name in IMAGES]
        yield Question(item["collapsed_tag"], pictures, [item[name] for name in CAPTIONS])


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
