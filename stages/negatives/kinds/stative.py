"""Stative: the same subject and object, a state that excludes the anchor's."""

from stages.negatives.kinds import dynamic

KIND = dynamic.KIND._replace(
    number=1,
    colour="#2f8f8a",
    negative="same subject and object, a state that excludes the anchor's (sit, stand)",
    belongs=lambda items: items["dynamic"].eq(False),
)
