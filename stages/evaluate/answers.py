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

    >>> images, texts = np.array([[0.6, 0.8]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> option_scores(images, texts, np.array([0, 0]), np.array([[0, 1], [1, -1]])).tolist()
    [[0.6, 0.8], [0.8, -inf]]
    """
    scores = np.empty(options.shape)  # (N, K+1)
    for start in range(0, len(query), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        scores[rows] = np.einsum("nd,nkd->nk", queries[query[rows]], candidates[options[rows]])
    scores[options < 0] = -np.inf
    return scores


def outcomes(scores: np.ndarray) -> np.ndarray:
    """1 where the true option scores above every other, 0 where it does not, NaN without another, (N,).

    >>> outcomes(np.array([[0.9, 0.1], [0.5, 0.5], [0.4, -np.inf]])).tolist()
    [1.0, 0.0, nan]
    """
    return np.where(np.isinf(scores[:, 1:]).all(axis=1), np.nan, first_wins(scores))


def chance(options: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """The probability that random scores without ties put the true option first, (N,); NaN without another option.

    `options` (N,) counts the options of a question. With `others`, those of the opposite question, the probability to
    win both: the true pair must beat K + L other pairs at once.

    >>> chance(np.array([2, 5])).tolist(), chance(np.array([2]), np.array([2])).round(3).tolist()
    ([0.5, 0.2], [0.333])
    """
    asked = options > 1 if others is None else (options > 1) & (others > 1)
    total = options if others is None else options + others - 1
    return np.where(asked, 1 / total, np.nan)


def answer(inputs: Inputs, images: EmbeddingTable, texts: EmbeddingTable) -> pd.DataFrame:
    """Scores, outcomes and chance levels for every test tuple: the columns of schemas.ANSWERS, and *_chance.

    `group` is right where both directions are, NaN where either is not asked.
    """
    image_rows, text_rows = images.rows(inputs.members["image_id"]), texts.rows(inputs.members["text"])  # (N, K+1)
    to_text = option_scores(images.embeddings, texts.embeddings, image_rows[:, 0], text_rows)  # (N, K+1)
    to_image = option_scores(texts.embeddings, images.embeddings, text_rows[:, 0], image_rows)  # (N, K+1)
    i2t, t2i = outcomes(to_text), outcomes(to_image)
    text_count, image_count = (text_rows >= 0).sum(axis=1), (image_rows >= 0).sum(axis=1)
    best = to_text[:, 1:].max(axis=1)  # (N,)
    return inputs.tuples[["tuple_id", "set", "image_id"]].assign(
        true_score=to_text[:, 0],
        text_score=np.where(np.isinf(best), np.nan, best),
        best_text=to_text[:, 1:].argmax(axis=1) + 1,
        i2t=i2t,
        t2i=t2i,
        group=i2t * t2i,
        i2t_chance=chance(text_count),
        t2i_chance=chance(image_count),
        group_chance=chance(text_count, image_count),
    )
