"""Random: any other triple."""

from stages.negatives.candidates import any_row
from stages.negatives.kind import NegativeKind
from stages.negatives.word_relations import unmentioned

KIND = NegativeKind(
    number=3,
    colour="#d5dadc",
    differs="",
    negative="any other triple",
    refused="no subject or object that usually goes unmentioned (hand, shirt)",
    sampler=lambda rows, facts: any_row(rows),
    item_filters=lambda items, facts: {"unmentioned_noun": unmentioned(items, facts.nouns, ["subject", "object"])},
)
