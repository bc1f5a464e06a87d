"""BLA (arXiv 2310.15061): one json a construction, annotations/*.json, of items with image_id and caption_group, in it
True1, True2, False1 and False2; the images are files named ID.jpg.

Published of CLIP, whose four sentences its authors rank: `precision@2`, the share of true sentences among the first
two, 50 by chance. Beside it `first` and `second`, whether True1 comes before False1 (in active_passive the active
voice) and True2 before False2 (the passive), and `group`, the stricter one: both true sentences come before both false
ones, 17 by chance.
"""

from typing import Annotated

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, reader

SENTENCES = ("True1", "True2", "False1", "False2")
Group = TypedDict("Group", dict.fromkeys(SENTENCES, str))
Item = TypedDict("Item", {"image_id": int | str, "caption_group": Annotated[list[Group], Field(min_length=1)]})


def question(category: str, item: Item) -> Question:
    """Which two of four sentences are true of the image?"""
    texts = [item["caption_group"][0][sentence] for sentence in SENTENCES]
    return Question(category.removesuffix("_captions"), [(f"{item['image_id']}.jpg", ())], texts)


def scores(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """The four scores (N,), from cosines (N, 1, 4) of the image with the sentences."""
    true, false = cosines[:, 0, :2], cosines[:, 0, 2:]  # (N, 2) each
    before = (false[:, None] >= true[:, :, None]).sum(axis=2) + (true[:, ::-1] > true)  # (N, 2) sentences before each
    right = true > false  # (N, 2)
    both = true.min(axis=1) > false.max(axis=1)  # (N,)
    return {"precision@2": (before < 2).mean(axis=1), "first": right[:, 0], "second": right[:, 1], "group": both}


BENCHMARK = Benchmark(reader(list[Item], question), scores)
