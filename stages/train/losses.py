"""One loss function a method, over a batch of B tuples of an anchor (index 0) and K hard negatives.

Every loss takes the embedded batch, `scale` (), the exponential of logit_scale, and `options`, the
parameters of train, of which each loss reads those that it names; it returns a scalar. No shape hangs on
the values of `present`, so that a GPU need not be waited for.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F

from stages.common.contrast import symmetric_cross_entropy


class Embedded(NamedTuple):
    """What a loss sees of B tuples; every embedding of unit length."""

    images: torch.Tensor  # (B, K+1, D); rows of absent images are ignored
    texts: torch.Tensor  # (B, K+1, D)
    present: torch.Tensor  # (B, K+1) bool: a negative that is a text alone has no image
    captions: torch.Tensor  # (B, D), the whole caption of each anchor; (0, D) for methods not in READ_CAPTIONS


def clip_loss(batch: Embedded, scale, options) -> torch.Tensor:
    """The plain CLIP loss over all images of the batch and their texts: the control.

    A worked batch, B = 2, K = 1, scale 1, the four images and texts the rows of the identity: each row
    and column holds one 1 and three 0, so loss = log(e + 3) - 1 = 0.7437.
    """
    return in_batch_cross_entropy(batch, scale, offered=batch.present)


def negclip_loss(batch: Embedded, scale, options) -> torch.Tensor:
    """The CLIP loss with the hard negatives in the batch, NegCLIP (arXiv 2210.01936).

    All images, anchors' and hard ones, against all texts; a text without an image is one more column
    that images must not choose. With P images and T = B * (K+1) texts the logits are (P, T) from image
    to text and (P, P) from text to image.

    A worked batch, B = 1, K = 1, scale 1, the negative a text alone: image (1, 0), texts (1, 0), (0, 1).
    Image to text: log(e + 1) - 1 = 0.3133; text to image: one image, 0; loss = 0.1566.
    """
    return in_batch_cross_entropy(batch, scale, offered=torch.ones_like(batch.present))


def ours_loss(batch: Embedded, scale, options) -> torch.Tensor:
    """Contrast in the batch, inside the tuple, and of the anchors with their whole captions:

        negclip
        + tuple_weight * mean over tuples of clip inside them
        + caption_weight * clip of the B anchor images and the captions that their triples come from

    The first keeps what base knows of nouns; the second makes the model look at the relation; the third
    keeps it a retriever of whole captions.

    The worked batch of negclip with tuple_weight 2: inside the tuple the cross-entropy is the same
    0.1566, and one caption leaves no choice, so loss = 3 * 0.1566 = 0.4699. The same tuple twice in one
    batch: each image finds the right text and the wrong one twice, log(2e + 2) - 1 = 1.0064, each right
    text two equal images, log 2; with caption_weight 0.5 the two equal captions cost 0.5 * log 2, so
    loss = (1.0064 + 0.6931) / 2 + 2 * 0.1566 + 0.3466 = 1.5097.
    """
    in_tuple = tuple_cross_entropy(batch, scale).mean()
    whole = symmetric_cross_entropy(batch.images[:, 0], batch.captions, scale)
    in_batch = negclip_loss(batch, scale, options)
    return in_batch + options["tuple_weight"] * in_tuple + options["caption_weight"] * whole


def in_batch_cross_entropy(batch: Embedded, scale, offered) -> torch.Tensor:
    """Symmetric cross-entropy over all N = B * (K+1) items of the batch, a scalar.

    Each image that is present chooses among the texts `offered` (B, K+1); each of their texts chooses
    among the images present.
    """
    present, offered = batch.present.flatten(), offered.flatten()  # (N,)
    logits = scale * batch.images.flatten(0, 1) @ batch.texts.flatten(0, 1).T  # (N, N)
    return (choice_cross_entropy(logits, present, offered) + choice_cross_entropy(logits.T, present, present)) / 2


def choice_cross_entropy(logits, asked, offered) -> torch.Tensor:
    """Mean cross-entropy of the rows `asked` (N,) of `logits` (N, N), row i's right column being i, among
    the columns `offered` (N,), of which row i's own is one; a scalar."""
    chosen = logits.masked_fill(~offered, float("-inf")).logsumexp(dim=1) - logits.diagonal()  # (N,)
    return chosen.masked_fill(~asked, 0).sum() / asked.sum()


def drive_loss(batch: Embedded, scale, options) -> torch.Tensor:
    """The loss of DRIVE (arXiv 2503.13021), contrasting inside each tuple; the mean over tuples.

    With clip the symmetric cross-entropy over a tuple's (K+1, K+1) logits and sim_m its similarity
    term for m in {image, text}:
        loss = 1/2 * [clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2]

    A worked tuple, K = 1, scale 1: images (1, 0), (0, 1) and the same two texts. The logits are the
    identity, so clip = log(1 + e^-1) = 0.3133; each cosine is 0, so each sim = softplus(0.5) = 0.9741;
    with both deltas 1, loss = 0.3133 * (1 + 0.9741) / 2 = 0.3092.
    """
    clip = tuple_cross_entropy(batch, scale)  # (B,)
    sim_image = anchor_similarity(batch.images, batch.present)  # (B,)
    sim_text = anchor_similarity(batch.texts, torch.ones_like(batch.present))  # (B,)
    weight = 1 + (options["delta_image"] * sim_image + options["delta_text"] * sim_text) / 2  # (B,)
    return (clip * weight / 2).mean()


def tuple_cross_entropy(batch: Embedded, scale) -> torch.Tensor:
    """Symmetric cross-entropy inside each tuple, (B,). Absent images are neither asked nor offered."""
    present = batch.present
    logits = scale * torch.einsum("bid,btd->bit", batch.images, batch.texts)  # (B, K+1, K+1)
    to_text = -logits.log_softmax(dim=2).diagonal(dim1=1, dim2=2)  # (B, K+1)
    offered = logits.masked_fill(~present[:, :, None], float("-inf"))  # (B, K+1, K+1)
    to_image = -offered.log_softmax(dim=1).diagonal(dim1=1, dim2=2)  # (B, K+1)
    count = present.sum(dim=1)  # (B,)
    zero = logits.new_zeros(())
    return (
        torch.where(present, to_text, zero).sum(dim=1) + torch.where(present, to_image, zero).sum(dim=1)
    ) / (2 * count)  # (B,)


def anchor_similarity(embeddings: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """How alike the anchor and its negatives are: (B,), in [0.693, 1.313], 0 without negatives present.

    The mean over the negatives present of BCE-with-logits((cos + 1) / 2, target 0).
    """
    cosine = torch.einsum("bd,bkd->bk", embeddings[:, 0], embeddings[:, 1:])  # (B, K)
    penalty = F.softplus((cosine + 1) / 2)  # (B, K): BCE with logits x and target 0 is softplus(x)
    weight = present[:, 1:].to(penalty.dtype)  # (B, K)
    return (penalty * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "clip": clip_loss,
    "negclip": negclip_loss,
    "drive": drive_loss,
    "ours": ours_loss,
}
READ_CAPTIONS = {"ours"}  # the methods whose loss reads the captions
