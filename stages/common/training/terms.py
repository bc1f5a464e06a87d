"""The terms that losses are made of, over a batch of B tuples of an anchor (place 0) and K hard negatives.

No shape depends on the values of `present`, so that a GPU need not be waited for.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from stages.common.files.params import Block


class Embedded(NamedTuple):
    """The embeddings of a batch, of unit length: what a loss gets."""

    images: torch.Tensor  # (B, K+1, D); zeros where an image is absent
    texts: torch.Tensor  # (B, K+1, D)
    present: torch.Tensor  # (B, K+1) bool: a negative that is a text alone has no image
    captions: torch.Tensor  # (B, D) of the anchors' whole captions; (0, D) for losses that do not read them
    text_ids: torch.Tensor  # (B, K+1) int64, equal for equal texts
    caption_ids: torch.Tensor  # (B,) or (0,) int64, equal for equal captions


class Loss(NamedTuple):
    """An entry of the registry of losses: `LOSS` in a module of stages/train/losses."""

    function: Callable[..., torch.Tensor]  # of a batch, the scale () = exp(logit_scale) and options; a scalar
    options: type[Block]  # the loss's own options in train.methods
    colour: str  # in charts
    reads_captions: bool = False


def batch_contrast(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: torch.Tensor,
    ids: torch.Tensor,
    present: torch.Tensor | None = None,
    offered: torch.Tensor | None = None,
) -> torch.Tensor:
    """CLIP's symmetric cross-entropy (arXiv 2103.00020, figure 3) over N pairs of an image and its text, a scalar.

    `images`, `texts` (N, D), `ids` (N,) equal for equal texts, which are not contrasted with each other: a text is true
    of the images of all its places. Each image that is `present` (N,) chooses among the texts `offered` (N,) and its
    own; each of their texts chooses among the images present. By default all are.

    A worked batch, scale 1: images and texts (1, 0), (0, 1) and the first again. Rows 1 and 3 leave each other out and
    keep logits 1 and 0, row 2 has 0, 1, 0: loss = (2 * (log(e + 1) - 1) + log(e + 2) - 1) / 3.

    >>> rows = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> round(batch_contrast(rows, rows, torch.tensor(1.0), torch.tensor([7, 8, 7])).item(), 4)
    0.3927
    """
    present = torch.ones_like(ids, dtype=torch.bool) if present is None else present
    offered = torch.ones_like(ids, dtype=torch.bool) if offered is None else offered
    repeated = (ids[:, None] == ids).fill_diagonal_(False)  # (N, N)
    logits = (scale * images @ texts.T).masked_fill(repeated, float("-inf"))  # (N, N)
    return (choice_cross_entropy(logits, present, offered) + choice_cross_entropy(logits.T, present, present)) / 2


def choice_cross_entropy(logits: torch.Tensor, asked: torch.Tensor, offered: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the rows `asked` (N,) of `logits` (N, N), a scalar; column i is right for row i.

    A row chooses among the columns `offered` (N,) and its own.
    """
    closed = (~offered).expand_as(logits).clone().fill_diagonal_(False)  # (N, N)
    chosen = logits.masked_fill(closed, float("-inf")).logsumexp(dim=1) - logits.diagonal()  # (N,)
    return chosen.masked_fill(~asked, 0).sum() / asked.sum()


def item_contrast(batch: Embedded, scale: torch.Tensor, offered: torch.Tensor) -> torch.Tensor:
    """`batch_contrast` over all N = B * (K+1) members of a batch of tuples; `offered` (B, K+1)."""
    images, texts = batch.images.flatten(0, 1), batch.texts.flatten(0, 1)  # (N, D)
    return batch_contrast(images, texts, scale, batch.text_ids.flatten(), batch.present.flatten(), offered.flatten())


def tuple_contrast(batch: Embedded, scale: torch.Tensor) -> torch.Tensor:
    """Symmetric cross-entropy inside each tuple, (B,). Absent images neither choose nor are chosen from."""
    present = batch.present
    logits = scale * torch.einsum("bid,btd->bit", batch.images, batch.texts)  # (B, K+1, K+1)
    to_text = -logits.log_softmax(dim=2).diagonal(dim1=1, dim2=2)  # (B, K+1)
    offered = logits.masked_fill(~present[:, :, None], float("-inf"))  # (B, K+1, K+1)
    to_image = -offered.log_softmax(dim=1).diagonal(dim1=1, dim2=2)  # (B, K+1)
    zero = logits.new_zeros(())
    both = torch.where(present, to_text, zero).sum(dim=1) + torch.where(present, to_image, zero).sum(dim=1)  # (B,)
    return both / (2 * present.sum(dim=1))  # (B,)
