"""What losses see and are made of: a batch of B tuples of an anchor (index 0) and K hard negatives.

No shape hangs on the values of `present`, so that a GPU need not be waited for.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from stages.common.training.contrast import repeats
from stages.common.files.params import Block


class Embedded(NamedTuple):
    """What a loss sees of B tuples; every embedding of unit length."""

    images: torch.Tensor  # (B, K+1, D); rows of absent images are ignored
    texts: torch.Tensor  # (B, K+1, D)
    present: torch.Tensor  # (B, K+1) bool: a negative that is a text alone has no image
    captions: torch.Tensor  # (B, D), the whole caption of each anchor; (0, D) for losses that do not read them
    text_ids: torch.Tensor  # (B, K+1) int64, equal where the texts are
    caption_ids: torch.Tensor  # (B,) or (0,) int64, equal where the captions are


class Loss(NamedTuple):
    """An entry of the registry of losses, `LOSS` of a module in stages/train/losses."""

    function: Callable[..., torch.Tensor]  # of a batch, the scale () = exp(logit_scale) and options; a scalar
    options: type[Block]  # its block in params.yaml, train.methods.NAME
    colour: str  # in charts
    reads_captions: bool = False


def in_batch_cross_entropy(batch: Embedded, scale: torch.Tensor, offered: torch.Tensor) -> torch.Tensor:
    """Symmetric cross-entropy over all N = B * (K+1) items of the batch, a scalar.

    Each image that is present chooses among the texts `offered` (B, K+1); each of their texts chooses
    among the images present. A text that stands in several places is right of the images of them all: an image
    chooses between its own place and other texts, a text between its own image and those of other texts.
    """
    present, offered, again = batch.present.flatten(), offered.flatten(), repeats(batch.text_ids.flatten())  # (N, N)
    logits = scale * batch.images.flatten(0, 1) @ batch.texts.flatten(0, 1).T  # (N, N)
    logits = logits.masked_fill(again, float("-inf"))  # (N, N)
    return (choice_cross_entropy(logits, present, offered) + choice_cross_entropy(logits.T, present, present)) / 2


def choice_cross_entropy(logits: torch.Tensor, asked: torch.Tensor, offered: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the rows `asked` (N,) of `logits` (N, N), row i's right column being i, among
    the columns `offered` (N,) and its own; a scalar."""
    closed = (~offered).expand_as(logits).clone().fill_diagonal_(False)  # (N, N)
    chosen = logits.masked_fill(closed, float("-inf")).logsumexp(dim=1) - logits.diagonal()  # (N,)
    return chosen.masked_fill(~asked, 0).sum() / asked.sum()


def tuple_cross_entropy(batch: Embedded, scale: torch.Tensor) -> torch.Tensor:
    """Symmetric cross-entropy inside each tuple, (B,). Absent images are neither asked nor offered."""
    present = batch.present
    logits = scale * torch.einsum("bid,btd->bit", batch.images, batch.texts)  # (B, K+1, K+1)
    to_text = -logits.log_softmax(dim=2).diagonal(dim1=1, dim2=2)  # (B, K+1)
    offered = logits.masked_fill(~present[:, :, None], float("-inf"))  # (B, K+1, K+1)
    to_image = -offered.log_softmax(dim=1).diagonal(dim1=1, dim2=2)  # (B, K+1)
    count = present.sum(dim=1)  # (B,)
    zero = logits.new_zeros(())
    return (torch.where(present, to_text, zero).sum(dim=1) + torch.where(present, to_image, zero).sum(dim=1)) / (
        2 * count
    )  # (B,)
