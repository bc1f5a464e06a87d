"""Embeddings whose cosines are exact, so that a score is a function of two items and of nothing else.

Every distinct item is encoded once, in batches of one size, and its embedding rounded to multiples of 2 ** -25. A
product of two such numbers is a multiple of 2 ** -50, and double precision holds every sum of them up to 8 without
rounding: whatever the order, the chunk or the number of threads, two vectors have one cosine. Equal texts and equal
pictures tie, therefore, by whatever ids they are named, and others never do by an accident of rounding.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.clip.clip import encode_images, encode_texts

GRID = 2.0**25
BATCH = 128  # items


class Items(NamedTuple):
    """The images and texts that an evaluation asks about, each once, and their exact embeddings."""

    image_ids: pd.Index
    images: np.ndarray  # (I, D)
    text_index: pd.Index
    texts: np.ndarray  # (T, D)

    def of_images(self, ids) -> np.ndarray:
        """The embeddings (N, D) of N image ids."""
        return self.images[self.image_ids.get_indexer(ids)]

    def of_texts(self, texts) -> np.ndarray:
        """The embeddings (N, D) of N texts."""
        return self.texts[self.text_index.get_indexer(texts)]


def encode_items(encoders: tuple, image_ids: pd.Index, jpegs: list[bytes], texts: pd.Index) -> Items:
    """The items under a model; `encoders` as by load_checkpoint, `jpegs` in the order of `image_ids`."""
    model, transform, tokenizer = encoders
    images = embed(partial(encode_images, model, transform), jpegs)  # (I, D)
    return Items(image_ids, images, texts, embed(partial(encode_texts, model, tokenizer), texts))


def exact(embeddings: np.ndarray) -> np.ndarray:
    """Unit-length embeddings (N, D) rounded to multiples of 1 / GRID, double precision.

    >>> float(exact(np.array([[0.6, 0.8]]))[0, 0] * GRID)
    20132659.0
    """
    rounded = embeddings.astype(np.float64)  # (N, D)
    rounded *= GRID  # in place, as there may be a million
    np.rint(rounded, out=rounded)
    rounded /= GRID
    return rounded


def embed(encode: Callable[..., np.ndarray], items: Sequence, batch: int = BATCH) -> np.ndarray:
    """Exact embeddings (N, D) of `items`, texts or images' bytes, by encode(list, batch_size=batch).

    The last batch is filled up: a short one runs through other kernels, which round otherwise.
    """
    distinct = list(dict.fromkeys(items))
    filled = distinct + distinct[:1] * (-len(distinct) % batch)
    place = {item: position for position, item in enumerate(distinct)}
    found = exact(encode(filled, batch_size=batch))  # (distinct and filling, D)
    if len(distinct) == len(items):
        return found[: len(items)]  # (N, D), no copy
    return found[[place[item] for item in items]]  # (N, D)
