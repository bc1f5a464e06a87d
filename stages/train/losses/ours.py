"""Contrast in the batch, inside the tuple, and of the anchors with their whole captions."""

import torch
from pydantic import Field

from stages.common.training.contrast import symmetric_cross_entropy
from stages.common.files.params import Block
from stages.train.terms import Embedded, Loss, in_batch_cross_entropy, tuple_cross_entropy


class Options(Block):
    """The weights of the second and the third part, the first having 1."""

    tuple_weight: float = Field(ge=0, le=1000)
    caption_weight: float = Field(ge=0, le=1000)


def ours_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """The sum of three:

        the loss of negclip
        + tuple_weight * mean over tuples of clip inside them
        + caption_weight * clip of the B anchor images and the captions that their triples come from

    The first keeps what base knows of nouns; the second makes the model look at the relation; the third
    keeps it a retriever of whole captions.

    The worked batch of negclip with tuple_weight 2: inside the tuple the cross-entropy is the same
    0.1566, and one caption leaves no choice, so loss = 3 * 0.1566 = 0.4699. The same tuple twice in one
    batch: each image finds the right text once, as its second place is left out, and the wrong one twice,
    log(e + 2) - 1 = 0.5514, each right text its own image alone, 0; two equal captions are not contrasted, so
    loss = 0.5514 / 2 + 2 * 0.1566 = 0.5890.
    """
    in_batch = in_batch_cross_entropy(batch, scale, offered=torch.ones_like(batch.present))
    in_tuple = tuple_cross_entropy(batch, scale).mean()
    whole = symmetric_cross_entropy(batch.images[:, 0], batch.captions, scale, batch.caption_ids)
    return in_batch + options.tuple_weight * in_tuple + options.caption_weight * whole


LOSS = Loss(ours_loss, Options, colour="#1b2f4b", reads_captions=True)
