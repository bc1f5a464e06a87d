"""The symmetric contrastive loss of CLIP (arXiv 2103.00020, figure 3)."""

import torch
import torch.nn.functional as F


def repeats(ids: torch.Tensor) -> torch.Tensor:
    """Which pairs are two places of one text, (N, N) bool and symmetric; `ids` (N,), equal where the texts are.

    A text is right of every image that it was said of, so none of these images is a negative of it, nor it of them.

    >>> repeats(torch.tensor([7, 8, 7])).int().tolist()
    [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    """
    return (ids[:, None] == ids).fill_diagonal_(False)  # (N, N)


def token_ids(tokens: torch.Tensor) -> torch.Tensor:
    """A number a text (N,), equal where the rows of `tokens` (N, L) are."""
    return torch.unique(tokens, dim=0, return_inverse=True)[1]


def symmetric_cross_entropy(
    images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor, ids: torch.Tensor
) -> torch.Tensor:
    """Mean of image-to-text and text-to-image cross-entropy; image i belongs to text i, and to those equal to it.

    `images`, `texts` (N, D) of unit length, `scale` the exponential of logit_scale, `ids` (N,) equal where the texts
    are; returns a scalar. Equal texts are not contrasted with each other: were they, a perfect model would pay log 2
    for a text that stands twice.

    A worked batch, scale 1: images and texts (1, 0), (0, 1) and the first again. Row 1 and 3 leave each other out and
    keep a logit 1 and a logit 0, row 2 has 0, 1, 0: loss = (2 * (log(e + 1) - 1) + log(e + 2) - 1) / 3.

    >>> rows = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> round(symmetric_cross_entropy(rows, rows, torch.tensor(1.0), torch.tensor([7, 8, 7])).item(), 4)
    0.3927
    """
    logits = (scale * images @ texts.T).masked_fill(repeats(ids), float("-inf"))  # (N, N)
    target = torch.arange(len(logits), device=logits.device)  # (N,)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
