"""Dynamic: the same subject and object, another act."""

import numpy as np
import pandas as pd

from stages.negatives.agreement import confused
from stages.negatives.candidates import other_word
from stages.negatives.kind import Facts, Masks, NegativeKind, Sampler
from stages.negatives.word_relations import PairTest, compatible, excludes_any

PARTS = ("subject", "relation")  # whatever the object: a man who sits elsewhere in the picture does not stand
REFUSED = (
    "both verbs must exclude one another, by those files; refused if any caption of its image has the anchor's subject "
    "with the anchor's verb, whatever the object, or the reverse, and where captions of one image often use both verbs "
    "for the same subject (some write that a cat sits, others that it lies)"
)


def with_dynamic_verb(items: pd.DataFrame) -> np.ndarray:
    """Items of a dynamic verb (N,)."""
    return items["dynamic"].eq(True).fillna(False).to_numpy(bool)


def without_contrary_verb(items: pd.DataFrame, facts: Facts) -> Masks:
    """Leave out verbs that no other is known to exclude."""
    return {"no_contrary_verb": ~excludes_any(items, facts.verbs)}


def other_verb(rows: pd.DataFrame, facts: Facts) -> Sampler:
    """Rows of the same subject and object with another verb."""
    return other_word(rows, ["split", "subject", "object"], "relation", facts.options.temperature)


def both_true(rows: pd.DataFrame, facts: Facts) -> dict[str, PairTest]:
    """Refuse pairs of verbs that can be true of one picture, by the lexicon or by the captions."""
    return {
        "compatible": compatible(rows, facts.verbs, facts.nouns),
        "confused": confused(rows, facts.confusions, *facts.words),
    }


KIND = NegativeKind(
    number=0,
    colour="#0b4a52",
    differs="verb",
    negative="same subject and object, another act (ride, feed)",
    refused=REFUSED,
    sampler=other_verb,
    belongs=with_dynamic_verb,
    item_filters=without_contrary_verb,
    parts=PARTS,
    pair_filters=both_true,
)
