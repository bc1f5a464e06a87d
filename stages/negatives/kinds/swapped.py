"""Swapped: the same verb, with subject and object exchanged; a text-only negative where no image has that triple."""

import pandas as pd

from stages.common.language.lexicons import of_kind, symmetric
from stages.negatives.items import swappable
from stages.negatives.kind import Inputs, Masks, NegativeKind
from stages.negatives.samplers import given_words
from stages.negatives.word_relations import unmentioned

EXCHANGED = {"subject": "object", "canonical_subject": "canonical_object"}


def reversed_roles(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with subject and object exchanged."""
    return rows.rename(columns=EXCHANGED | {new: old for old, new in EXCHANGED.items()})


def without_false_reverse(items: pd.DataFrame, inputs: Inputs) -> Masks:
    """Leave out triples whose reverse may be true, too, or is absurd."""
    return {
        "unmentioned_noun": unmentioned(items, inputs.nouns, ["subject", "object"]),
        "symmetric": symmetric(items, inputs.verbs),
        "absurd_swapped": ~swappable(items, of_kind(inputs.nouns, "animate")),
    }


KIND = NegativeKind(
    number=2,
    colour="#8ccabb",
    differs="roles",
    negative="same verb, subject and object exchanged; in train also as a text without an image",
    refused="no symmetric relation (next to, kiss), no subject or object that usually goes unmentioned (hand, "
    "shirt), and only where both are people or animals, or two images show the object in the subject's role",
    sampler=lambda rows, inputs: given_words(rows, ["split", "subject", "object", "phrase"], reversed_roles(rows)),
    item_filters=without_false_reverse,
    text_only=reversed_roles,
    k=1,  # a triple has one reverse
)
