"""Draws groups of triples that are hard negatives of one another, and balances them."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.claims import Claims
from stages.negatives.kind import Sampler
from stages.negatives.word_relations import PairTest

ROUNDS = 8  # draws before a place in a group is given up
AT_ONCE = 65536  # pairs of embeddings


@dataclass(frozen=True)
class PairFilters:
    """The rules that forbid two of N rows to be negatives of each other."""

    claims: Claims
    images: np.ndarray  # (N,) position of each row's image in claims.images
    statements: np.ndarray  # (N, 3) codes of each row's words
    parts: tuple[str, ...]  # of a statement that must not be true of the other image
    embeddings: np.ndarray | None  # (I, D) of unit length, for claims.images; None: not compared
    max_similarity: float  # cosine
    of_kind: dict[str, PairTest]  # the kind's own

    def refusals(self, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
        """Which pairs of rows (M,) and (M,) each rule refuses, bool (M,) by the rule's name; symmetric.

        `false_negative`: a caption of one image says what the other row says.
        """
        there = self.claims.may_hold(self.statements[first], self.images[second], self.parts)
        here = self.claims.may_hold(self.statements[second], self.images[first], self.parts)
        return {name: rule(first, second) for name, rule in self.of_kind.items()} | {
            "same_image": self.images[first] == self.images[second],
            "false_negative": there | here,
            "too_similar": self._too_similar(self.images[first], self.images[second]),
        }

    def _too_similar(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        found = np.zeros(len(first), bool)
        if self.embeddings is None:
            return found
        for start in range(0, len(first), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            a, b = (self.embeddings[images[rows]].astype(np.float32) for images in (first, second))  # (C, D) each
            found[rows] = np.einsum("cd,cd->c", a, b) > self.max_similarity
        return found


def draw_groups(
    anchors: np.ndarray, k: int, sampler: Sampler, filters: PairFilters, rng: np.random.Generator
) -> tuple[np.ndarray, Counter]:
    """Each anchor (N,) with K rows that are negatives of it and of one another, (M, K+1), M <= N; refusals by rule.

    Refused candidates are drawn again, ROUNDS times.
    """
    members, refused = anchors[:, None], Counter()  # (N, 1)
    for _ in range(k):
        chosen = np.full(len(members), -1)
        for _ in range(ROUNDS):
            open_places = np.flatnonzero(chosen < 0)
            candidates = sampler(members[open_places, 0], rng)
            keep = candidates >= 0
            open_places, candidates = open_places[keep], candidates[keep]
            wrong = np.zeros(len(candidates), bool)
            for column in members[open_places].T:
                for rule, where in filters.refusals(column, candidates).items():
                    refused[rule] += int((where & ~wrong).sum())
                    wrong |= where
            chosen[open_places[~wrong]] = candidates[~wrong]
        members = np.column_stack([members, chosen])[chosen >= 0]  # (N, j+1)
    return members, refused


def distinct_groups(groups: np.ndarray) -> np.ndarray:
    """The groups (M, K+1) without those that hold the same rows as an earlier one."""
    _, first = np.unique(np.sort(groups, axis=1), axis=0, return_index=True)
    return groups[np.sort(first)]


def balanced(
    groups: np.ndarray, items: pd.DataFrame, most: int, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """Groups with at most `most` tuples for a pair of nouns, in either order, in a split; a group gives K+1 tuples.

    A verb with n groups keeps weight n ** temperature: weighted sampling without replacement by exponential keys
    (Efraimidis and Spirakis, 2006).
    """
    if not len(groups):
        return groups
    anchors = items.loc[groups[:, 0], ["split", "subject", "object", "relation"]].reset_index(drop=True)
    first = np.minimum(anchors["subject"], anchors["object"])
    second = np.maximum(anchors["subject"], anchors["object"])
    pair = [anchors["split"], first, second]
    size = anchors.groupby([*pair, "relation"])["relation"].transform("size").to_numpy(float)
    keys = pd.Series(rng.exponential(size=len(groups)) / size ** (temperature - 1))
    kept = keys.groupby(pair).rank(method="first") <= max(1, most // groups.shape[1])
    return groups[kept.to_numpy()]
