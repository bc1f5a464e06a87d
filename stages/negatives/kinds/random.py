"""Random: any other triple."""

from stages.negatives.kind import Kind
from stages.negatives.lexicon import unmentioned
from stages.negatives.propose import anything

KIND = Kind(
    number=3,
    colour="#d5dadc",
    differs="",
    negative="any other triple",
    refused="no subject or object that mostly goes without saying (hand, shirt)",
    source=lambda rows, facts: anything(rows),
    leaves_out=lambda items, facts: {"unmentioned_noun": unmentioned(items, facts.nouns, ["subject", "object"])},
)
