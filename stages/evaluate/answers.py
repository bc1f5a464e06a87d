"""Relation inference: does an image prefer its own text, and a text its own image?

A question is a row of scores, the true option first. Scores are exact (see stages.common.clip.embedding_table): only
equal items tie, and a tie is wrong. The design follows the forced choice of SVO-Probes (arXiv 2106.09141) and the group
score of Winoground (arXiv 2204.03162).
"""

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import EmbeddingTable, first_wins
from stages.evaluate.inputs import Inputs

DIRECTIONS = ("i2t", "t2i", "group")
AT_ONCE = 4096  # questions


def option_scores(queries: np.ndarray, candidates: np.ndarray, query: np.ndarray, options: np.ndarray) -> np.ndarray:
    """Cosines of query embedding `query[n]` with candidates `options[n]`, (N, K+1); -inf where an option is -1.

    `queries` (Q, D), `candidates` (C, D) of unit length, `query` (N,), `options` (N, K+1).
    """
    chunks = [slice(start, start + AT_ONCE) for start in range(0, len(query), AT_ONCE)]
    scores = [np.einsum("nd,nkd->nk", queries[query[some]], candidates[options[some]]) for some in chunks]
    return np.where(options < 0, -np.inf, np.concatenate(scores))  # (N, K+1)


def outcomes(scores: np.ndarray) -> np.ndarray:
    """1 where the true option scores above every other, 0 where it does not, NaN without another, (N,)."""
    return np.where(np.isinf(scores[:, 1:]).all(axis=1), np.nan, first_wins(scores))


def answer(inputs: Inputs, images: EmbeddingTable, texts: EmbeddingTable) -> pd.DataFrame:
    """Scores and outcomes for every test tuple, with the columns of schemas.ANSWERS.

    `group` is right where both directions are, NaN where one of them is not asked.
    """
    image_rows, text_rows = images.rows(inputs.members["image_id"]), texts.rows(inputs.members["text"])  # (N, K+1)
    to_text = option_scores(images.embeddings, texts.embeddings, image_rows[:, 0], text_rows)  # (N, K+1)
    to_image = option_scores(texts.embeddings, images.embeddings, text_rows[:, 0], image_rows)  # (N, K+1)
    i2t, t2i, best = outcomes(to_text), outcomes(to_image), to_text[:, 1:].max(axis=1)  # (N,) each
    return inputs.tuples[["tuple_id", "set", "image_id"]].assign(
        true_score=to_text[:, 0],
        text_score=np.where(np.isinf(best), np.nan, best),
        best_text=to_text[:, 1:].argmax(axis=1) + 1,
        i2t=i2t,
        t2i=t2i,
        group=i2t * t2i,
    )
