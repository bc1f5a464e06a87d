"""The kinds of negative, one module each, found by its name: a set of params.yaml holds tuples of the kind of its name.

A module defines `KIND`, as random.py does; a file more is a kind more.
"""

from stages.common.files.registry import members
from stages.negatives.kind import Kind


def _in_order(found: dict[str, Kind]) -> dict[str, Kind]:
    """Hard kinds first, then by number: the order of the sets in every table."""
    return dict(sorted(found.items(), key=lambda one: (not one[1].hard, one[1].number)))


KINDS: dict[str, Kind] = _in_order(members(__name__, "KIND"))
