"""The parameters of stage infer."""

from stages.common.params import Block, Name, Text


class InferOptions(Block):
    """See params.yaml."""

    model: Name
    images: Text
