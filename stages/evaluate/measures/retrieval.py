"""Recall in percent on the test split: how often one of an image's captions, or a caption's image, is among the first
1, 5 or 10.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import COLUMNS, Evaluated, Measure

RANKS = (1, 5, 10)
AT_ONCE = 256  # queries


def best_match_ranks(queries: np.ndarray, candidates: np.ndarray, own: Callable[[slice], np.ndarray]) -> np.ndarray:
    """The rank (1 = first) of each query's best candidate among its own; ties with others count against it, (Q,).

    `queries` (Q, D), `candidates` (C, D) of unit length; `own` of some B queries says which candidates are right,
    bool (B, C), at least one for each.
    """
    ranks = np.empty(len(queries), dtype=np.int64)
    for start in range(0, len(queries), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        scores, right = queries[some] @ candidates.T, own(some)  # (B, C) each
        best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)  # (B, 1)
        ranks[some] = 1 + ((scores >= best) & ~right).sum(axis=1)
    return ranks


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """Recall@1, 5 and 10 both ways, as for CLIP (arXiv 2103.00020): an image is right with any of its captions.

    A caption that another image has too is a tie.
    """
    owner = inputs.captions["image_id"].to_numpy()  # (T,)
    owners = np.unique(owner)  # (I,)
    images, texts = model.images.of(owners), model.texts.of(inputs.captions["caption"])  # (I, D), (T, D)
    ranks = {"i2t": best_match_ranks(images, texts, lambda some: owners[some, None] == owner)}
    ranks["t2i"] = best_match_ranks(texts, images, lambda some: owner[some, None] == owners)
    found = [("captions", way, f"recall@{k}", (r <= k).mean(), len(r)) for way, r in ranks.items() for k in RANKS]
    return pd.DataFrame(found, columns=COLUMNS)


MEASURE = Measure(rows, "Retrieval of whole captions", __doc__, order=30, columns=("direction", "slice"))
