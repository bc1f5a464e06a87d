"""Drawing groups of triples that are hard negatives of one another, and balancing them."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.claims import Claims
from stages.negatives.kind import Rule, Source

ROUNDS = 8  # draws before a place in a group is given up
CHUNK = 65536  # rows of embeddings compared at once


@dataclass(frozen=True)
class Refusal:
    """What forbids two rows to be negatives of each other."""

    claims: Claims
    images: np.ndarray  # (N,) position of each row's image in claims.images
    statements: np.ndarray  # (N, 3) codes of each row's words
    parts: tuple[str, ...]  # of a statement that must not be true of the other image
    embeddings: np.ndarray | None  # (I, D) unit length, one an image of claims.images
    max_similarity: float
    of_kind: dict[str, Rule]  # the kind's own

    def reasons(self, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
        """For rows (M,) and (M,), where each rule refuses the pair: name -> bool (M,).

        Symmetric: neither text may be true of the other's image, by any caption of that image.
        """
        there = self.claims.said_of(self.statements[first], self.images[second], self.parts)
        here = self.claims.said_of(self.statements[second], self.images[first], self.parts)
        return {name: rule(first, second) for name, rule in self.of_kind.items()} | {
            "same_image": self.images[first] == self.images[second],
            "false_negative": there | here,
            "too_similar": self._similar(self.images[first], self.images[second]),
        }

    def _similar(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        close = np.zeros(len(first), bool)
        if self.embeddings is None or self.max_similarity >= 1:
            return close
        for start in range(0, len(first), CHUNK):
            rows = slice(start, start + CHUNK)
            a = self.embeddings[first[rows]].astype(np.float32)  # (C, D)
            b = self.embeddings[second[rows]].astype(np.float32)  # (C, D)
            close[rows] = np.einsum("cd,cd->c", a, b) > self.max_similarity
        return close


def draw_groups(
    anchors: np.ndarray, k: int, source: Source, refuse: Refusal, rng: np.random.Generator
) -> tuple[np.ndarray, Counter]:
    """Each anchor (N,) with K rows that are negatives of it and of one another: (M, K+1), M <= N.

    Refused candidates are drawn again, ROUNDS times. Also counts the refusals by rule.
    """
    members, refused = anchors[:, None], Counter()  # (N, 1)
    for _ in range(k):
        chosen = np.full(len(members), -1)
        for _ in range(ROUNDS):
            open_places = np.flatnonzero(chosen < 0)
            candidates = source(members[open_places, 0], rng)
            keep = candidates >= 0
            open_places, candidates = open_places[keep], candidates[keep]
            wrong = np.zeros(len(candidates), bool)
            for column in members[open_places].T:
                for rule, where in refuse.reasons(column, candidates).items():
                    refused[rule] += int((where & ~wrong).sum())
                    wrong |= where
            chosen[open_places[~wrong]] = candidates[~wrong]
        members = np.column_stack([members, chosen])[chosen >= 0]  # (N, j+1)
    return members, refused


def distinct(groups: np.ndarray) -> np.ndarray:
    """The groups (M, K+1) without those that hold the same rows as an earlier one."""
    _, first = np.unique(np.sort(groups, axis=1), axis=0, return_index=True)
    return groups[np.sort(first)]


def balanced(
    groups: np.ndarray, items: pd.DataFrame, most: int, temperature: float, rng: np.random.Generator
) -> np.ndarray:
    """At most `most` tuples of a pair of subject and object in a split; a group gives K+1 tuples.

    Pairs count without order. A verb of n groups keeps weight n ** temperature: weighted sampling
    without replacement by exponential keys (Efraimidis and Spirakis, 2006).
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
