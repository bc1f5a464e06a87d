"""Draws groups of rows that are hard negatives of one another, and balances them."""

import numpy as np
import pandas as pd

from stages.negatives.claims import Claims, encode
from stages.negatives.kind import Inputs, NegativeKind, Sampler
from stages.negatives.word_relations import PairTest

ROUNDS = 8  # draws before a group is given up
AT_ONCE = 65536  # pairs of rows that are compared at once


def pair_filters(
    kind: NegativeKind, rows: pd.DataFrame, inputs: Inputs, claims: Claims, embeddings: np.ndarray | None
) -> dict[str, PairTest]:
    """By rule, the tests that forbid two rows to be negatives of each other: first the kind's own. All are symmetric.

    `false_negative`: a caption of one image may say what the other row says. `too_similar`: the cosine of the images'
    `embeddings` (I, D), of unit length and in the order of claims.images, exceeds max_similarity.
    """
    images = claims.images.get_indexer(rows["image_id"])  # (N,) positions in claims.images
    statements = encode(rows, claims.names)  # (N, 3)

    def false_negative(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        there = claims.may_be_true(statements[first], images[second], kind.parts)
        return there | claims.may_be_true(statements[second], images[first], kind.parts)

    def too_similar(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        if embeddings is None:
            return np.zeros(len(first), bool)
        a, b = (embeddings[images[side]].astype(np.float32) for side in (first, second))  # (M, D) each
        return np.einsum("md,md->m", a, b) > inputs.options.max_similarity

    return kind.pair_filters(rows, inputs) | {
        "same_image": lambda first, second: images[first] == images[second],
        "false_negative": false_negative,
        "too_similar": too_similar,
    }


def draw_groups(
    anchors: np.ndarray, k: int, sampler: Sampler, filters: dict[str, PairTest], rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, int]]:
    """Each anchor (N,) with K rows that are negatives of it and of one another, (M, K+1), M <= N; refusals by rule.

    Refused candidates are drawn again, ROUNDS times. Groups of the same rows are kept once.
    """
    members, refused = anchors[:, None], dict.fromkeys(filters, 0)  # (N, 1)
    for _ in range(k):
        chosen = np.full(len(members), -1)
        for _ in range(ROUNDS):
            open_places = np.flatnonzero(chosen < 0)
            candidates = sampler(members[open_places, 0], rng)
            open_places, candidates = open_places[candidates >= 0], candidates[candidates >= 0]
            wrong = _refuse(filters, members[open_places], candidates, refused)
            chosen[open_places[~wrong]] = candidates[~wrong]
        members = np.column_stack([members, chosen])[chosen >= 0]  # (N, j+1)
    _, first = np.unique(np.sort(members, axis=1), axis=0, return_index=True)
    return members[np.sort(first)], refused


def _refuse(
    filters: dict[str, PairTest], groups: np.ndarray, candidates: np.ndarray, counts: dict[str, int]
) -> np.ndarray:
    """Which candidates (M,) may not join their groups (M, j). Adds each refusal to `counts`, by its first rule."""
    wrong = np.zeros(len(candidates), bool)
    for column in groups.T:
        for start in range(0, len(candidates), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            for rule, test in filters.items():
                found = test(column[part], candidates[part]) & ~wrong[part]
                counts[rule] += int(found.sum())
                wrong[part] |= found
    return wrong


def balanced(
    groups: np.ndarray, rows: pd.DataFrame, most: int, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """The groups (M, K+1) that give at most `most` tuples for a pair of nouns, in either order, in a split.

    A group gives K+1 tuples. A verb with n groups has weight n ** temperature: weighted sampling without replacement by
    exponential keys (Efraimidis and Spirakis, 2006).
    """
    anchors = rows.loc[groups[:, 0], ["split", "subject", "object", "relation"]].reset_index(drop=True)
    first = np.minimum(anchors["subject"], anchors["object"])
    second = np.maximum(anchors["subject"], anchors["object"])
    pair = [anchors["split"], first, second]
    size = anchors.groupby([*pair, "relation"])["relation"].transform("size").to_numpy(float)
    keys = pd.Series(rng.exponential(size=len(groups)) / size ** (temperature - 1))
    kept = keys.groupby(pair).rank(method="first") <= max(1, most // groups.shape[1])
    return groups[kept.to_numpy()]
