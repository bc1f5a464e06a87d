"""Winoground (arXiv 2204.03162): examples.jsonl, image_0, image_1, caption_0, caption_1; per collapsed_tag.

Published scores: `text`, each image prefers its own caption; `image`, each caption its own image; `group`, both.
"""

import numpy as np
from pydantic import Json
from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, reader

IMAGES, CAPTIONS = ("image_0", "image_1"), ("caption_0", "caption_1")
Item = TypedDict("Item", dict.fromkeys((*IMAGES, *CAPTIONS, "collapsed_tag"), str))


def question(category: str, item: Item) -> Question:
    """Which of two captions belongs to which of two images? The category is collapsed_tag."""
    pictures = [(f"{item[name]}.png", ()) for name in IMAGES]
    return Question(item["collapsed_tag"], pictures, [item[name] for name in CAPTIONS])


def scores(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """The three scores (N,) from cosines (N, 2, 2) of images with captions."""
    (a, b), (c, d) = (cosines[:, 0, 0], cosines[:, 0, 1]), (cosines[:, 1, 0], cosines[:, 1, 1])  # (N,) each
    by_text, by_image = (a > b) & (d > c), (a > c) & (d > b)
    return {"text": by_text, "image": by_image, "group": by_text & by_image}


LINES = reader(list[Json[Item]], question, "examples.jsonl", lambda text: text.rstrip("\n").split("\n"))
BENCHMARK = Benchmark(LINES, scores)
