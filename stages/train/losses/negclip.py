"""CLIP's loss with hard negatives in the batch, as in NegCLIP (arXiv 2210.01936)."""

import torch

from stages.common.files.params import Block
from stages.common.training.terms import Embedded, Loss, item_contrast


def negclip_loss(batch: Embedded, scale: torch.Tensor, options: Block) -> torch.Tensor:
    """Each of P images present chooses among all T = B * (K+1) texts; each of their texts chooses among the P images.

    A text without an image is a further wrong choice for images.

    A worked batch, B = 1, K = 1, scale 1, the negative a text alone: image (1, 0), texts (1, 0), (0, 1).
    Image to text: log(e + 1) - 1 = 0.3133; text to image: one image, 0; loss = 0.1566.
    """
    return item_contrast(batch, scale, offered=torch.ones_like(batch.present))


LOSS = Loss(negclip_loss, Block, colour="#e3b23c")
