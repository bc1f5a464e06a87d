"""The CLIP loss with the hard negatives in the batch, NegCLIP (arXiv 2210.01936)."""

import torch

from stages.common.files.params import Block
from stages.train.terms import Embedded, Loss, in_batch_cross_entropy


class Options(Block):
    """None."""


def negclip_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """All images, anchors' and hard ones, against all texts; a text without an image is one more column
    that images must not choose. With P images and T = B * (K+1) texts the logits are (P, T) from image
    to text and (P, P) from text to image.

    A worked batch, B = 1, K = 1, scale 1, the negative a text alone: image (1, 0), texts (1, 0), (0, 1).
    Image to text: log(e + 1) - 1 = 0.3133; text to image: one image, 0; loss = 0.1566.
    """
    return in_batch_cross_entropy(batch, scale, offered=torch.ones_like(batch.present))


LOSS = Loss(negclip_loss, Options, colour="#e3b23c")
