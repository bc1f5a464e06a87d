"""Swapped: the same verb, subject and object change places; a text alone where no image shows that."""

import pandas as pd

from stages.negatives.items import swappable
from stages.negatives.kind import Facts, Kind, Masks
from stages.negatives.lexicon import symmetric, unmentioned
from stages.negatives.propose import swapped_roles


def without_reverse(items: pd.DataFrame, facts: Facts) -> Masks:
    """Triples whose reverse may be true as well, or is absurd."""
    return {
        "unmentioned_noun": unmentioned(items, facts.nouns, ["subject", "object"]),
        "symmetric": symmetric(items, facts.verbs),
        "absurd_swapped": ~swappable(items, facts.animate),
    }


def reversed_roles(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with subject and object in each other's place."""
    return rows.rename(columns={"subject": "object", "object": "subject"})


KIND = Kind(
    number=2,
    colour="#8ccabb",
    differs="roles",
    negative="same verb, subject and object change places; in train also a text alone",
    refused="no symmetric relation (next to, kiss), no subject or object that mostly goes without saying (hand, "
    "shirt), and only where both are people or animals, or two images show the object in the subject's role",
    source=lambda rows, facts: swapped_roles(rows),
    leaves_out=without_reverse,
    alone=reversed_roles,
    k=1,  # a triple has one reverse
)
