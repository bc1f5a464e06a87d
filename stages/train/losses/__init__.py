"""The registry of losses: one module each, named by its file. A method of params.yaml names its loss.

A module defines its options, a function and `LOSS`, as clip.py does; a new file is a new loss.
"""

from stages.common.files.registry import members
from stages.common.training.terms import Loss

LOSSES: dict[str, Loss] = members(__name__, "LOSS")
