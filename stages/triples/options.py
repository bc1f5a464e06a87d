"""The parameters of stage triples."""

from stages.common.files.params import Block


class TriplesOptions(Block):
    """See params.yaml."""

    truth: str
