"""Swapped: the same verb, with subject and object exchanged; a text alone where no image shows that."""

import pandas as pd

from stages.common.language.lexicons import symmetric
from stages.negatives.anchors import swappable
from stages.negatives.candidates import swapped_roles
from stages.negatives.kind import Facts, Masks, NegativeKind
from stages.negatives.word_relations import unmentioned


def without_false_reverse(items: pd.DataFrame, facts: Facts) -> Masks:
    """Leave out triples whose reverse may be true too, or is absurd."""
    return {
        "unmentioned_noun": unmentioned(items, facts.nouns, ["subject", "object"]),
        "symmetric": symmetric(items, facts.verbs),
        "absurd_swapped": ~swappable(items, facts.animate),
    }


def reversed_roles(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with subject and object exchanged."""
    return rows.rename(columns={"subject": "object", "object": "subject"})


KIND = NegativeKind(
    number=2,
    colour="#8ccabb",
    differs="roles",
    negative="same verb, subject and object exchanged; in train also as a text alone",
    refused="no symmetric relation (next to, kiss), no subject or object that usually goes unmentioned (hand, "
    "shirt), and only where both are people or animals, or two images show the object in the subject's role",
    sampler=lambda rows, facts: swapped_roles(rows),
    item_filters=without_false_reverse,
    text_only=reversed_roles,
    k=1,  # a triple has one reverse
)
