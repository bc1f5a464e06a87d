"""The symmetric contrastive loss of CLIP (arXiv 2103.00020, figure 3)."""

import torch
import torch.nn.functional as F


def symmetric_cross_entropy(images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Mean of image-to-text and text-to-image cross-entropy; image i belongs to text i.

    `images`, `texts` (N, D) of unit length, `scale` the exponential of logit_scale; returns a scalar.
    """
    logits = scale * images @ texts.T  # (N, N)
    target = torch.arange(len(logits), device=logits.device)  # (N,)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
