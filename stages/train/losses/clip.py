"""CLIP's loss over all images of the batch and their texts: the control."""

import torch

from stages.common.files.params import Block
from stages.common.training.terms import Embedded, Loss, item_contrast


def clip_loss(batch: Embedded, scale: torch.Tensor, options: Block) -> torch.Tensor:
    """Symmetric cross-entropy over the N = B * (K+1) members of the batch, each image present with its text.

    A worked batch, B = 2, K = 1, scale 1, the four images and texts the rows of the identity: each row and column holds
    one 1 and three 0, so loss = log(e + 3) - 1 = 0.7437. If both negatives had the same text and image, their two rows
    would leave each other out and meet two 0, the others three: (log(e + 2) - 1 + log(e + 3) - 1) / 2 = 0.6476.
    """
    return item_contrast(batch, scale, offered=batch.present)


LOSS = Loss(clip_loss, Block, colour="#4a86c5")
