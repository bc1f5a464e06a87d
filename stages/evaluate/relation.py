"""Relation inference: does an image prefer its own text, and a text its own image?

Every question is a row of scores: the true option in column 0, the negatives after it, NaN where a
row has fewer negatives than the widest. Scores are exact (see stages.evaluate.exact), so that a tie is one
of two equal items, and a tie is wrong. An outcome is 1 (right), 0 (wrong) or NaN (no negative, so
no question). The design follows the forced choice of SVO-Probes (arXiv 2106.09141) and the group
score of Winoground (arXiv 2204.03162).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from stages.evaluate.exact import Items

CHUNK = 4096  # questions scored at once


def outcomes(scores: np.ndarray) -> np.ndarray:
    """1 where the true option scores strictly above every negative, else 0; a tie is wrong.

    `scores` (N, K+1), NaN for absent negatives; returns (N,), NaN for a row without negatives.

    >>> outcomes(np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.7], [0.4, np.nan]])).tolist()
    [1.0, 0.0, 0.0, nan]
    """
    best = np.fmax.reduce(scores[:, 1:], axis=1, initial=np.nan)  # (N,), NaN: no negative
    return np.where(np.isnan(best), np.nan, scores[:, 0] > best)


def chance(options: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Probability that exchangeable scores without ties put the true option first.

    `options` (N,) counts the options of a question with the true one. With `others`, the options of
    the opposite question, the chance to win both: the true pair must beat K + L rivals at once.
    NaN where a question has no negative.

    >>> chance(np.array([2, 5])).tolist(), chance(np.array([2]), np.array([2])).round(3).tolist()
    ([0.5, 0.2], [0.333])
    """
    asked = options > 1 if others is None else (options > 1) & (others > 1)
    rivals = options if others is None else options + others - 1
    return np.where(asked, 1 / rivals, np.nan)


def padded_positions(options: Sequence[Sequence], vocabulary: pd.Index) -> np.ndarray:
    """Positions in `vocabulary` of every row's options, (N, K+1), K >= 1, padded with -1 on the right.

    >>> padded_positions([["a", "b"], ["c"]], pd.Index(["c", "b", "a"])).tolist()
    [[2, 1], [0, -1]]
    """
    lengths = np.array([len(row) for row in options], dtype=np.int64)
    table = np.full((len(lengths), max([2, *lengths])), -1)  # (N, K+1)
    flat = [option for row in options for option in row]
    table[np.arange(table.shape[1]) < lengths[:, None]] = vocabulary.get_indexer(flat)
    return table


def option_scores(queries: np.ndarray, candidates: np.ndarray, query: np.ndarray, options: np.ndarray) -> np.ndarray:
    """Cosines of query embedding `query[n]` with candidates `options[n]`; NaN where an option is -1.

    `queries` (Q, D), `candidates` (C, D) of unit length, `query` (N,), `options` (N, K+1).

    >>> images, texts = np.array([[0.6, 0.8]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> option_scores(images, texts, np.array([0, 0]), np.array([[0, 1], [1, -1]])).tolist()
    [[0.6, 0.8], [0.8, nan]]
    """
    scores = np.full(options.shape, np.nan)  # (N, K+1)
    for start in range(0, len(query), CHUNK):
        rows = slice(start, start + CHUNK)
        scores[rows] = np.einsum("nd,nkd->nk", queries[query[rows]], candidates[options[rows]])  # (C, K+1)
    scores[options < 0] = np.nan
    return scores


def questions(tuples: pd.DataFrame, triples: pd.DataFrame) -> pd.DataFrame:
    """The tuples with their anchors' facts and the options of both questions.

    Adds image_id, relation, dynamic, particle, preposition, `images` (image ids, the anchor's first),
    `texts` (the anchor's first) and `rivals` (the relations of `images`). `tuples` and `triples` are
    the tables of the design; the rows keep their order.
    """
    table = tuples.reset_index(drop=True)
    members = [[anchor, *negatives] for anchor, negatives in zip(table["anchor"], table["negatives"])]
    facts = triples[triples["triple_id"].isin({triple for row in members for triple in row})].set_index("triple_id")
    columns = ["image_id", "subject", "relation", "particle", "preposition", "object", "text", "dynamic"]
    table = table.join(facts[columns], on="anchor")
    image_of, relation_of = facts["image_id"].to_dict(), facts["relation"].to_dict()
    table["images"] = [[image_of[triple] for triple in row] for row in members]
    table["rivals"] = [[relation_of[triple] for triple in row] for row in members]
    table["texts"] = [[text, *rest] for text, rest in zip(table["text"], table["negative_texts"])]
    return table


def unique_items(test: pd.DataFrame, captions: pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    """The image ids and the texts of `questions` and whole captions, sorted, each once."""
    images = pd.Index(sorted({*captions["image_id"], *test["images"].explode()}))
    return images, pd.Index(sorted({*captions["caption"], *test["texts"].explode()}))


def answer(table: pd.DataFrame, items: Items) -> pd.DataFrame:
    """Scores and outcomes of every question of `questions`.

    Returns a table with, per tuple, the score of the true pair, the best negative text and image, the
    position (1..K) of that negative text, the three outcomes (group: both right at once, NaN where either was not
    asked) and their chance levels.

    Image 1 prefers its own text "a" (0.8 to 0.6), but "a" is nearer to image 2 (0.9 to 0.8):

    >>> table = pd.DataFrame({"images": [[1, 2]], "texts": [["a", "b"]]})
    >>> images, texts = np.array([[0.8, 0.6], [0.9, 0.44]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> found = answer(table, Items(pd.Index([1, 2]), images, pd.Index(["a", "b"]), texts))
    >>> found[["i2t", "t2i", "group"]].values.tolist()
    [[1.0, 0.0, 0.0]]
    """
    image_options = padded_positions(table["images"], items.image_ids)  # (N, K+1)
    text_options = padded_positions(table["texts"], items.text_index)  # (N, L+1)
    to_text = option_scores(items.images, items.texts, image_options[:, 0], text_options)  # (N, L+1)
    to_image = option_scores(items.texts, items.images, text_options[:, 0], image_options)  # (N, K+1)
    text_count, image_count = (text_options >= 0).sum(1), (image_options >= 0).sum(1)
    i2t, t2i = outcomes(to_text), outcomes(to_image)
    best = np.where(np.isnan(to_text[:, 1:]), -np.inf, to_text[:, 1:]).argmax(1) + 1
    return pd.DataFrame(
        {
            "true_score": to_text[:, 0],
            "text_score": np.fmax.reduce(to_text[:, 1:], axis=1, initial=np.nan),
            "image_score": np.fmax.reduce(to_image[:, 1:], axis=1, initial=np.nan),
            "best_text": best,
            "i2t": i2t,
            "t2i": t2i,
            "group": i2t * t2i,
            "i2t_chance": chance(text_count),
            "t2i_chance": chance(image_count),
            "group_chance": chance(text_count, image_count),
        }
    )
