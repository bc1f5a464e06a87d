"""Random: any other triple."""

from stages.negatives.kind import NegativeKind
from stages.negatives.samplers import given_words
from stages.negatives.word_relations import unmentioned

KIND = NegativeKind(
    number=3,
    colour="#d5dadc",
    differs="",
    negative="any other triple",
    refused="no subject or object that usually goes unmentioned (hand, shirt)",
    sampler=lambda rows, inputs: given_words(rows, ["split"], rows),
    item_filters=lambda items, inputs: {"unmentioned_noun": unmentioned(items, inputs.nouns, ["subject", "object"])},
)
