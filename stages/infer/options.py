"""The parameters of stage infer."""

from stages.common.files.params import Block, Name, Text


class InferOptions(Block):
    """See params.yaml."""

    model: Name
    images: Text
