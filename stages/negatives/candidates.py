"""Samplers of candidates: a random row with another word, with the roles swapped, or of the same split.

A sampler holds the rows sorted by block (such as one verb of one pair of nouns), and draws for many anchors at once by
arithmetic on block boundaries: no pair of rows is ever listed.
"""

import numpy as np
import pandas as pd

from stages.negatives.kind import Sampler


def other_word(items: pd.DataFrame, same: list[str], other: str, temperature: float) -> Sampler:
    """Rows with the anchor's words in the columns `same`, which include the split, and another word in `other`.

    A word with n rows is drawn with weight n ** temperature, its rows evenly.
    """
    pair = items.groupby(same, sort=False).ngroup().to_numpy()  # (N,) rows with the same words
    block = items.groupby([*same, other], sort=False).ngroup().to_numpy()  # (N,) and the same other word
    rows = np.argsort(block, kind="stable")
    sizes = np.bincount(block)  # (B,)
    starts = np.cumsum(sizes) - sizes
    weights = sizes.astype(float) ** temperature
    order = np.argsort(pair[rows[starts]], kind="stable")  # blocks pair by pair
    place = np.argsort(order)  # each block's place in that order
    upper = np.cumsum(weights[order])  # (B,)
    lower = upper - weights[order]
    pair_of = pair[rows[starts]][order]
    first = np.searchsorted(pair_of, np.arange(pair_of.max() + 1))
    last = np.searchsorted(pair_of, np.arange(pair_of.max() + 1), "right") - 1

    def draw(anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        own, group = place[block[anchors]], pair[anchors]
        begin, end = lower[first[group]], upper[last[group]]
        own_weight = upper[own] - lower[own]
        at = begin + rng.random(len(anchors)) * (end - begin - own_weight)
        at = np.where(at >= lower[own], at + own_weight, at)  # skip the anchor's own word
        found = np.searchsorted(upper, at, "right").clip(first[group], last[group])
        chosen = order[found]
        picked = starts[chosen] + (rng.random(len(anchors)) * sizes[chosen]).astype(np.int64)
        return np.where((found == own) | (first[group] == last[group]), -1, rows[picked])

    return draw


def swapped_roles(items: pd.DataFrame) -> Sampler:
    """Rows of the same split and verb phrase with the anchor's object as subject, and its subject as object."""
    keys = ["split", "subject", "object", "phrase"]
    block = items.groupby(keys, sort=False).ngroup().to_numpy()  # (N,), ascending: items are sorted
    sizes = np.bincount(block)
    starts = np.cumsum(sizes) - sizes
    named = items.loc[starts, keys].reset_index(drop=True)
    swapped = named.rename(columns={"subject": "object", "object": "subject"}).reset_index(names="swapped")
    partner = named.merge(swapped, on=keys, how="left")["swapped"].fillna(-1).to_numpy(np.int64)  # (B,)

    def draw(anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = partner[block[anchors]]
        picked = starts[chosen] + (rng.random(len(anchors)) * sizes[chosen]).astype(np.int64)
        return np.where(chosen < 0, -1, picked)

    return draw


def any_row(items: pd.DataFrame) -> Sampler:
    """Any row of the same split."""
    split = items.groupby("split", sort=False).ngroup().to_numpy()  # ascending: items are sorted
    sizes = np.bincount(split)
    starts = np.cumsum(sizes) - sizes

    def draw(anchors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = split[anchors]
        return starts[chosen] + (rng.random(len(anchors)) * sizes[chosen]).astype(np.int64)

    return draw
