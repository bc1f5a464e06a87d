"""Samplers of candidates: random rows with other words, or with the words asked for.

A sampler draws for many anchors at once, by arithmetic on blocks of rows (such as one verb of one pair of nouns): pairs
of rows are never listed.
"""

import numpy as np
import pandas as pd

from stages.negatives.kind import Sampler


def other_word(rows: pd.DataFrame, same: list[str], other: str, temperature: float) -> Sampler:
    """Samples rows with the anchor's words in the columns `same`, which include the split, and another word in `other`.

    A word with n rows is drawn with weight n ** temperature, and each of its rows with equal probability.
    """
    group = rows.groupby(same, sort=False).ngroup().to_numpy()  # (N,): rows with the same words
    by_group = np.argsort(group, kind="stable")
    block = np.zeros(len(rows), np.int64)  # (N,): rows of a group with the same other word, numbered group by group
    block[by_group] = rows.iloc[by_group].groupby([*same, other], sort=False).ngroup()
    blocks = pd.Series(block).groupby(group)
    first, last = blocks.transform("min").to_numpy(), blocks.transform("max").to_numpy()  # (N,): blocks of the group
    by_block, sizes = np.argsort(block, kind="stable"), np.bincount(block)  # (N,), (B,)
    starts = np.cumsum(sizes) - sizes
    weights = sizes.astype(float) ** temperature
    upper = np.cumsum(weights)  # (B,)
    lower = upper - weights

    def draw(anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        own, begin, end = block[anchors], lower[first[anchors]], upper[last[anchors]]
        own_weight = upper[own] - lower[own]
        at = begin + rng.random(len(anchors)) * (end - begin - own_weight)
        at = np.where(at >= lower[own], at + own_weight, at)  # skip the anchor's own word
        chosen = np.searchsorted(upper, at, "right").clip(first[anchors], last[anchors])
        picked = starts[chosen] + (rng.random(len(anchors)) * sizes[chosen]).astype(np.int64)
        return np.where(chosen == own, -1, by_block[picked])

    return draw


def given_words(rows: pd.DataFrame, columns: list[str], wanted: pd.DataFrame) -> Sampler:
    """Samples rows that have, in `columns`, the words that `wanted` has in the anchor's row."""
    both = pd.concat([rows[columns], wanted[columns]])
    block, wanted_block = both.groupby(columns, sort=False).ngroup().to_numpy().reshape(2, -1)  # (N,) each
    by_block = np.argsort(block, kind="stable")
    sizes = np.bincount(block, minlength=len(both))
    starts = np.cumsum(sizes) - sizes

    def draw(anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = wanted_block[anchors]
        picked = starts[chosen] + (rng.random(len(anchors)) * sizes[chosen]).astype(np.int64)
        return np.where(sizes[chosen] > 0, by_block.take(picked, mode="clip"), -1)

    return draw
