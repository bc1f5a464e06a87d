"""Dynamic: the same subject and object, another act."""

import pandas as pd

from stages.negatives.agreement import confused, confused_verbs
from stages.negatives.kind import Inputs, NegativeKind
from stages.negatives.samplers import other_word
from stages.negatives.word_relations import PairTest, compatible, excludes_any


def both_true(rows: pd.DataFrame, inputs: Inputs) -> dict[str, PairTest]:
    """Refuse verbs that can both be true of one picture, by the lexicon or by the captions."""
    return {
        "compatible": compatible(rows, inputs.verbs, inputs.nouns),
        "confused": confused(rows, confused_verbs(inputs.triples)),
    }


KIND = NegativeKind(
    number=0,
    colour="#0b4a52",
    differs="verb",
    negative="same subject and object, another act (ride, feed)",
    refused="the verbs must exclude one another, by data/verb_synonyms.csv; refused if any caption of its image has "
    "the anchor's subject with the anchor's verb, whatever the object, or the reverse, and where captions of one image "
    "often use both verbs for the same subject (some write that a cat sits, others that it lies)",
    sampler=lambda rows, inputs: other_word(
        rows, ["split", "subject", "object"], "relation", inputs.options.temperature
    ),
    belongs=lambda items: items["dynamic"].eq(True),
    item_filters=lambda items, inputs: {"no_contrary_verb": ~excludes_any(items, inputs.verbs)},
    parts=("subject", "relation"),  # whatever the object: a man who sits elsewhere in the picture does not stand
    pair_filters=both_true,
)
