"""Object: the same subject and verb phrase, another object: noun replacement."""

from stages.negatives.kind import NegativeKind
from stages.negatives.samplers import other_word
from stages.negatives.word_relations import unmentioned

KIND = NegativeKind(
    number=4,
    colour="#5f9e4f",
    differs="object",
    negative="same subject and verb phrase, another object (horse, bicycle)",
    refused="no object that usually goes unmentioned (hand, shirt); refused if any caption of its image has "
    "the anchor's object in a triple, or what may be the same (horse, pony), or the reverse",
    sampler=lambda rows, inputs: other_word(rows, ["split", "subject", "phrase"], "object", inputs.options.temperature),
    item_filters=lambda items, inputs: {"unmentioned_noun": unmentioned(items, inputs.nouns, ["object"])},
    parts=("object",),  # whatever is done with a horse, the picture has one
)
