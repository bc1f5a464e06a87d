"""What defines a kind of negative: a file of stages/negatives/kinds says how the negative differs from the anchor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from stages.common.files.params import Block
from stages.common.language.lexicons import of_kind
from stages.negatives.agreement import confused_verbs
from stages.negatives.claims import PARTS
from stages.negatives.word_relations import PairTest, Words, read_words

Sampler = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # of anchors (N,), rows (N,); -1: no candidate
Masks = dict[str, np.ndarray]  # by the name of a rule, bool (N,) over items


@dataclass(frozen=True)
class Facts:
    """What a kind may use: the captions' triples, the lexicons and the parameters."""

    triples: pd.DataFrame
    nouns: pd.DataFrame
    verbs: pd.DataFrame
    options: Block  # NegativesOptions; a kind's own are options.sets[its name]

    @cached_property
    def words(self) -> tuple[Words, Words]:
        """Synonyms and overlaps of nouns, and of verbs."""
        return read_words(self.nouns), read_words(self.verbs)

    @cached_property
    def animate(self) -> set[str]:
        """Nouns for people and animals."""
        return of_kind(self.nouns, "animate")

    @cached_property
    def confusions(self) -> pd.DataFrame:
        """Verbs that captions of one image use for the same act: see confused_verbs."""
        return confused_verbs(self.triples, *self.words)


def all_items(items: pd.DataFrame) -> np.ndarray:
    """Every item, (N,)."""
    return np.ones(len(items), bool)


def no_rules(rows: pd.DataFrame, facts: Facts) -> dict:
    """No rule."""
    return {}


@dataclass(frozen=True)
class NegativeKind:
    """A kind of negative. Its tuples are the set named after its file.

    `items` are the rows of image_triples; `rows` are those of them that are in the set, in the same order.
    """

    number: int  # seed offset: never change it; a new kind takes the lowest free number
    colour: str  # in charts
    differs: str  # what differs in the negative, one word; empty: anything, and the set is not hard
    negative: str  # what the negative is, for the data card
    refused: str  # what is left out and refused, for the data card
    sampler: Callable[[pd.DataFrame, Facts], Sampler]  # of rows: where candidates come from
    belongs: Callable[[pd.DataFrame], np.ndarray] = all_items  # of items: which may be in the set, (N,)
    item_filters: Callable[[pd.DataFrame, Facts], Masks] = no_rules  # of items: which to leave out, in this order
    parts: tuple[str, ...] = PARTS  # of a statement that must not be true of the other image
    pair_filters: Callable[[pd.DataFrame, Facts], dict[str, PairTest]] = no_rules  # of rows: pairs to refuse, by rule
    text_only: Callable[[pd.DataFrame], pd.DataFrame] | None = None  # rows to false statements about the same images
    k: int | None = None  # maximum number of negatives an anchor
    options: type[Block] = Block

    @property
    def hard(self) -> bool:
        """Whether the negative differs in one respect alone."""
        return bool(self.differs)
