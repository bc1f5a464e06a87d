"""The registry of kinds of negative: one module each, named by its file, as the sets in params.yaml are.

A module defines `KIND`, as random.py does; a new file is a new kind.
"""

from stages.common.files.registry import members
from stages.negatives.kind import NegativeKind


def _in_order(found: dict[str, NegativeKind]) -> dict[str, NegativeKind]:
    """Hard kinds first, then by number: the order of sets in every table."""
    return dict(sorted(found.items(), key=lambda one: (not one[1].hard, one[1].number)))


KINDS: dict[str, NegativeKind] = _in_order(members(__name__, "KIND"))
