"""Contrast in the batch, inside the tuple, and between anchor images and their whole captions."""

import torch
from pydantic import Field

from stages.common.files.params import Block
from stages.common.training.terms import Embedded, Loss, batch_contrast, item_contrast, tuple_contrast


class Options(Block):
    """The weights of the second and third term; the first has weight 1."""

    tuple_weight: float = Field(ge=0, le=1000)
    caption_weight: float = Field(ge=0, le=1000)


def ours_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """The sum of three:

        the loss of negclip
        + tuple_weight * mean over tuples of CLIP's loss inside each
        + caption_weight * CLIP's loss over the B anchor images and the captions that their triples come from

    The third term is meant to keep retrieval of whole captions.

    The worked batch of negclip with tuple_weight 2: inside the tuple the cross-entropy is the same 0.1566, and with one
    caption there is no choice, so loss = 3 * 0.1566 = 0.4699. With the same tuple twice in the batch, each image meets
    its right text once, as the other place is left out, and the wrong one twice, log(e + 2) - 1 = 0.5514; each right
    text meets its own image alone, 0; equal captions are not contrasted: loss = 0.5514 / 2 + 2 * 0.1566 = 0.5890.
    """
    in_batch = item_contrast(batch, scale, offered=torch.ones_like(batch.present))
    in_tuple = tuple_contrast(batch, scale).mean()
    whole = batch_contrast(batch.images[:, 0], batch.captions, scale, batch.caption_ids)
    return in_batch + options.tuple_weight * in_tuple + options.caption_weight * whole


LOSS = Loss(ours_loss, Options, colour="#1b2f4b", reads_captions=True)
