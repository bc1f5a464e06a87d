"""What defines a kind of negative. Each kind is a file in stages/negatives/kinds."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.files.params import Block
from stages.negatives.word_relations import PARTS, PairTest

Sampler = Callable[
    [np.ndarray, np.random.Generator], np.ndarray
]  # of anchors (N,): a candidate for each, (N,); -1: none
Masks = dict[str, np.ndarray | pd.Series]  # by the name of a rule, bool (N,) over items


class Inputs(NamedTuple):
    """What the rules of a kind may read."""

    triples: pd.DataFrame  # of all captions, with canonical words
    nouns: pd.DataFrame  # lexicons
    verbs: pd.DataFrame
    options: Block  # NegativesOptions; options.sets[NAME] holds a kind's own


def no_rules(rows: pd.DataFrame, inputs: Inputs) -> dict:
    """No rule."""
    return {}


class NegativeKind(NamedTuple):
    """A kind of negative. Its tuples are the set named after its file.

    `items` are those of stages/negatives/items.py; `rows` are the items in the set, in the same order.
    """

    number: int  # seed offset: never change it; a new kind takes the lowest free number
    colour: str  # in charts
    differs: str  # what differs in the negative, one word; empty: anything, and the set is not hard
    negative: str  # what the negative is, for the data card
    refused: str  # what is left out and refused, for the data card
    sampler: Callable[[pd.DataFrame, Inputs], Sampler]  # of rows: draws a candidate for each anchor
    belongs: Callable[[pd.DataFrame], np.ndarray] = lambda items: np.ones(len(items), bool)  # items of this kind, (N,)
    item_filters: Callable[[pd.DataFrame, Inputs], Masks] = no_rules  # of items: which to leave out, in this order
    parts: tuple[str, ...] = PARTS  # of a statement that must not be true of the other image
    pair_filters: Callable[[pd.DataFrame, Inputs], dict[str, PairTest]] = no_rules  # of rows: pairs to refuse, by rule
    text_only: Callable[[pd.DataFrame], pd.DataFrame] | None = None  # rows to statements that are false of their images
    k: int | None = None  # maximum number of negatives an anchor
    options: type[Block] = Block

    @property
    def hard(self) -> bool:
        """Whether the negative differs in one respect alone."""
        return bool(self.differs)
