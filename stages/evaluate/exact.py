"""Embeddings whose cosines are exact, so that a score is a function of two items and of nothing else.

Every distinct item is encoded once, in batches of one size, and its embedding rounded to multiples of 2 ** -25. A
product of two such numbers is a multiple of 2 ** -50, and double precision holds every sum of them up to 8 without
rounding: whatever the order, the chunk or the number of threads, two vectors have one cosine. Equal texts and equal
pictures tie, therefore, by whatever ids they are named, and others never do by an accident of rounding.
"""

from collections.abc import Callable, Sequence

import numpy as np

GRID = 2.0**25
BATCH = 128  # items


def exact(embeddings: np.ndarray) -> np.ndarray:
    """Unit-length embeddings (N, D) rounded to multiples of 1 / GRID, double precision.

    >>> float(exact(np.array([[0.6, 0.8]]))[0, 0] * GRID)
    20132659.0
    """
    return np.rint(embeddings.astype(np.float64) * GRID) / GRID  # (N, D)


def embed(encode: Callable[..., np.ndarray], items: Sequence, batch: int = BATCH) -> np.ndarray:
    """Exact embeddings (N, D) of `items`, texts or images' bytes, by encode(list, batch_size=batch).

    The last batch is filled up: a short one runs through other kernels, which round otherwise.
    """
    distinct = list(dict.fromkeys(items))
    filled = distinct + distinct[:1] * (-len(distinct) % batch)
    place = {item: position for position, item in enumerate(distinct)}
    found = exact(encode(filled, batch_size=batch))  # (distinct and filling, D)
    return found[[place[item] for item in items]]  # (N, D)
