"""The parameters of stage features: the block `features`, a model's name to no options."""

from typing import Literal

from stages.common.files.params import Block

Features = dict[Literal["base"], Block]
