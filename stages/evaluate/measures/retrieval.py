"""Retrieval of whole captions: what fine-tuning must not cost."""

import numpy as np
import pandas as pd

from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure

RANKS = (1, 5, 10)
AT_ONCE = 256  # queries


def best_match_ranks(
    queries: np.ndarray, candidates: np.ndarray, query_owner: np.ndarray, candidate_owner: np.ndarray
) -> np.ndarray:
    """The rank (1 = first) of each query's best candidate with the same owner; ties count against it.

    `queries` (Q, D), `candidates` (C, D) of unit length; owners (Q,), (C,) are image ids. Each of a query's own
    candidates, of which there is at least one, counts as right. A caption that another image has too is a tie.

    >>> best_match_ranks(np.eye(2), np.eye(2)[::-1], np.array([0, 1]), np.array([0, 1])).tolist()
    [2, 2]
    """
    ranks = np.empty(len(queries), dtype=np.int64)
    for start in range(0, len(queries), AT_ONCE):
        scores = queries[start : start + AT_ONCE] @ candidates.T  # (B, C)
        own = query_owner[start : start + AT_ONCE, None] == candidate_owner[None]  # (B, C)
        best = np.where(own, scores, -np.inf).max(axis=1, keepdims=True)  # (B, 1)
        ranks[start : start + AT_ONCE] = 1 + ((scores >= best) & ~own).sum(axis=1)
    return ranks


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """Recall@1, 5 and 10 both ways, as for CLIP (arXiv 2103.00020): an image is right with any of its captions."""
    captions = inputs.captions
    owners, owner = np.unique(captions["image_id"]), captions["image_id"].to_numpy()
    images, texts = model.images.of(owners), model.texts.of(captions["caption"].to_numpy())  # (I, D), (T, D)
    ranks = {"i2t": best_match_ranks(images, texts, owners, owner)}
    ranks["t2i"] = best_match_ranks(texts, images, owner, owners)
    found = [("captions", way, f"recall@{k}", (r <= k).mean(), len(r)) for way, r in ranks.items() for k in RANKS]
    return pd.DataFrame(found, columns=[*KEYS, "value", "count"])


MEASURE = Measure(
    rows,
    "Retrieval of whole captions",
    "Recall in percent on the test split: how often one of an image's captions, or a caption's image, is among the "
    "first 1, 5 or 10.",
    order=30,
    columns=("direction", "slice"),
)
