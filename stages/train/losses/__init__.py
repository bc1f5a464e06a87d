"""The losses, one module each, found by its name: a method of params.yaml is trained with the loss of its name.

A module defines its options, a function and `LOSS`, as clip.py does; a file more is a method more.
"""

from stages.common.files.registry import members
from stages.train.terms import Loss

LOSSES: dict[str, Loss] = members(__name__, "LOSS")
