"""Embeddings by key, with exact cosines: the score of an image and a text depends on these two alone.

Embeddings are rounded to multiples of 2 ** -25. The product of two such numbers is a multiple of 2 ** -50, and double
precision holds every sum of these up to 8 without rounding. So two vectors have one cosine, in whatever order, batch or
number of threads, and only equal images or equal texts tie.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from stages.common.files.tables import rows_of

GRID = 2.0**25


class EmbeddingTable(NamedTuple):
    """N unit-length embeddings, each under a key: an image's id, or a text."""

    keys: pd.Index  # (N,)
    embeddings: np.ndarray  # (N, D) float64, on the grid

    def rows(self, keys: Sequence) -> np.ndarray:
        """The row of each key, int64 of the shape of `keys`; -1 for -1 and None. InputError for an unknown key."""
        kind = object if self.keys.dtype == object or self.keys.dtype == "str" else None
        return rows_of(np.asarray(keys, kind), self.keys, "the table of embeddings")

    def of(self, keys: Sequence) -> np.ndarray:
        """The embeddings of keys (...), none of them missing: (..., D)."""
        return self.embeddings[self.rows(keys)]


def snap_to_grid(embeddings: np.ndarray) -> np.ndarray:
    """Unit-length embeddings (N, D) rounded to multiples of 1 / GRID, float64.

    >>> float(snap_to_grid(np.array([[0.6, 0.8]]))[0, 0] * GRID)
    20132659.0
    """
    rounded = embeddings.astype(np.float64)  # (N, D)
    rounded *= GRID  # in place: there may be a million rows
    np.rint(rounded, out=rounded)
    rounded /= GRID
    return rounded


def first_wins(scores: Any) -> Any:
    """Whether the first of each row's scores is above all others, bool (...); a tie is wrong.

    `scores` (..., K+1), a numpy array or a torch tensor; minus infinity for an option that is absent.

    >>> first_wins(np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.7], [0.4, -np.inf]])).tolist()
    [True, False, False, True]
    """
    return (scores[..., :1] > scores[..., 1:]).all(-1)
