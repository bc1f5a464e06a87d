"""The plain CLIP loss over all images of the batch and their texts: the control."""

import torch

from stages.common.files.params import Block
from stages.train.terms import Embedded, Loss, in_batch_cross_entropy


class Options(Block):
    """None."""


def clip_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """A worked batch, B = 2, K = 1, scale 1, the four images and texts the rows of the identity: each row
    and column holds one 1 and three 0, so loss = log(e + 3) - 1 = 0.7437. Were the text of one tuple's negative that
    of the other's, and its image too, these two rows would leave each other out and meet two 0, and the others would
    meet three: loss = (log(e + 2) - 1 + log(e + 3) - 1) / 2 = 0.6476.
    """
    return in_batch_cross_entropy(batch, scale, offered=batch.present)


LOSS = Loss(clip_loss, Options, colour="#4a86c5")
