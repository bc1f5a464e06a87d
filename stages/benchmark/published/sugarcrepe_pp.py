"""SugarCrepe++ (arXiv 2406.11171): one json a category, filename, caption, caption2, negative_caption.

Published score of its image-text task: how often the image prefers both captions to the negative one, 33 by chance.
Its text-only task asks nothing of an image and is left out. The images are COCO's val2017.
"""

import numpy as np
from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, reader

TEXTS = ("caption", "caption2", "negative_caption")
Item = TypedDict("Item", {"filename": str} | dict.fromkeys(TEXTS, str))


def question(category: str, item: Item) -> Question:
    """Which two of three captions are the image's?"""
    return Question(category, [(item["filename"], ())], [item[name] for name in TEXTS])


def scores(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether both true captions come before the negative one (N,), from cosines (N, 1, 3)."""
    return {"i2t": cosines[:, 0, :2].min(axis=1) > cosines[:, 0, 2]}


BENCHMARK = Benchmark(reader(list[Item], question), scores)
