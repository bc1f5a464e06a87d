"""The parameters of stage rival: one entry of `rivals`."""

from stages.common.params import Block, Text


class RivalOptions(Block):
    """See params.yaml."""

    model: Text
    pretrained: Text
