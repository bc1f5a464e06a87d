"""Object: the same subject and verb phrase, another object: noun replacement."""

import pandas as pd

from stages.negatives.candidates import other_word
from stages.negatives.kind import Facts, Masks, NegativeKind, Sampler
from stages.negatives.word_relations import unmentioned


def unmentioned_objects(items: pd.DataFrame, facts: Facts) -> Masks:
    """Leave out objects that usually go unmentioned: they may be in the other picture too."""
    return {"unmentioned_noun": unmentioned(items, facts.nouns, ["object"])}


def other_object(rows: pd.DataFrame, facts: Facts) -> Sampler:
    """Rows of the same subject and verb phrase with another object."""
    return other_word(rows, ["split", "subject", "phrase"], "object", facts.options.temperature)


KIND = NegativeKind(
    number=4,
    colour="#5f9e4f",
    differs="object",
    negative="same subject and verb phrase, another object (horse, bicycle)",
    refused="no object that usually goes unmentioned (hand, shirt); refused if any caption of its image has "
    "the anchor's object in a triple, or what may be the same (horse, pony), or the reverse",
    sampler=other_object,
    item_filters=unmentioned_objects,
    parts=("object",),  # a horse is in the picture, whatever is done with it
)
