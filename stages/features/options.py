"""The parameters of stage features: the block `features`."""

from typing import Literal

from stages.common.files.params import Block


class FeaturesOptions(Block):
    """No options."""


Features = dict[Literal["base"], FeaturesOptions]
