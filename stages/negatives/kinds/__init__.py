"""The registry of kinds of negative: each module defines `KIND`, and its file's name is the set's name in params.yaml.

A new file is a new kind.
"""

from stages.common.files.registry import members
from stages.negatives.kind import NegativeKind

# Hard kinds first, then by number: the order of sets in every table.
KINDS: dict[str, NegativeKind] = dict(
    sorted(members(__name__, "KIND").items(), key=lambda entry: (not entry[1].hard, entry[1].number))
)
