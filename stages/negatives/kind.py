"""What a kind of negative is: one file of stages/negatives/kinds says in what the negative differs from the anchor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from stages.common.files.params import Block
from stages.negatives.agreement import confused_verbs
from stages.negatives.claims import PARTS
from stages.negatives.lexicon import Words, of_kind, words

Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]  # rows (M,) and (M,) -> refused (M,)
Source = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # anchors (N,) -> rows (N,), -1: none
Masks = dict[str, np.ndarray]  # name of a rule -> the items (N,) that it leaves out


@dataclass(frozen=True)
class Facts:
    """What every kind may look at: the captions' triples, the lexicons as read by read_lexicon, and the parameters."""

    triples: pd.DataFrame
    nouns: pd.DataFrame
    verbs: pd.DataFrame
    options: Block  # NegativesOptions; a kind's own are options.sets[its name]

    @cached_property
    def lexicon(self) -> tuple[Words, Words]:
        """Synonyms and overlaps of nouns, and of verbs."""
        return words(self.nouns), words(self.verbs)

    @cached_property
    def animate(self) -> set[str]:
        """The nouns that are people or animals."""
        return of_kind(self.nouns, "animate")

    @cached_property
    def confusions(self) -> pd.DataFrame:
        """The verbs that captions of one image take for each other: see confused_verbs."""
        return confused_verbs(self.triples, *self.lexicon)


def everything(items: pd.DataFrame) -> np.ndarray:
    """Every item (N,)."""
    return np.ones(len(items), bool)


def nothing(rows: pd.DataFrame, facts: Facts) -> dict:
    """No rule."""
    return {}


@dataclass(frozen=True)
class Kind:
    """One kind of negative; the set of tuples bears the name of its file.

    `items` are the rows of image_triples, `rows` those of them that are in the set, in the same order.
    """

    number: int  # its random draws hang on it, so it never changes; a new kind takes the lowest that is free
    colour: str
    differs: str  # what is another in the negative, in one word; empty: anything, and the set is not hard
    negative: str  # what the negative is, for the data card
    refused: str  # what is left out and refused, for the data card
    source: Callable[[pd.DataFrame, Facts], Source]  # of rows: where candidates come from
    belongs: Callable[[pd.DataFrame], np.ndarray] = everything  # items -> those that may be in the set (N,)
    leaves_out: Callable[[pd.DataFrame, Facts], Masks] = nothing  # of items: in this order, each counted
    parts: tuple[str, ...] = PARTS  # of a statement that must not be true of the other image
    refuses: Callable[[pd.DataFrame, Facts], dict[str, Rule]] = nothing  # of rows: pairs that are no negatives
    alone: Callable[[pd.DataFrame], pd.DataFrame] | None = None  # rows -> false statements of the same images
    k: int | None = None  # negatives an anchor where negatives.k asks for more
    options: type[Block] = Block

    @property
    def hard(self) -> bool:
        """Whether the negative differs in one respect alone."""
        return bool(self.differs)
