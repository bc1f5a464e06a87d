"""Object: the same subject and verb phrase, another object: noun replacement."""

import pandas as pd

from stages.negatives.kind import Facts, Kind, Masks, Source
from stages.negatives.lexicon import unmentioned
from stages.negatives.propose import other_word


def without_saying(items: pd.DataFrame, facts: Facts) -> Masks:
    """Objects that mostly go without saying: they may be in the other picture as well."""
    return {"unmentioned_noun": unmentioned(items, facts.nouns, ["object"])}


def other_object(rows: pd.DataFrame, facts: Facts) -> Source:
    """Rows of the same subject and verb phrase with another object."""
    return other_word(rows, ["split", "subject", "phrase"], "object", facts.options.temperature)


KIND = Kind(
    number=4,
    colour="#5f9e4f",
    differs="object",
    negative="same subject and verb phrase, another object (horse, bicycle)",
    refused="no object that mostly goes without saying (hand, shirt); refused if any caption of its image relates "
    "anything to the anchor's object, or to what may be the same (horse, pony), or the reverse",
    source=other_object,
    leaves_out=without_saying,
    parts=("object",),  # what else is done with a horse in the picture, a horse is there
)
