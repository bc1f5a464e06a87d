"""One loss function a method, over a batch of B tuples of an anchor (index 0) and K hard negatives.

Every loss takes
    images   (B, K+1, D)  unit length; rows of absent images are ignored
    texts    (B, K+1, D)  unit length
    present  (B, K+1)     bool: a negative that is a text alone has no image
    scale    ()           the exponential of logit_scale
    delta_image, delta_text  weights of drive's similarity terms; the others ignore them
and returns a scalar.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from stages.common.contrast import symmetric_cross_entropy


def clip_loss(images, texts, present, scale, delta_image, delta_text) -> torch.Tensor:
    """The plain CLIP loss over all images of the batch and their texts: the control."""
    return symmetric_cross_entropy(images[present], texts[present], scale)


def drive_loss(images, texts, present, scale, delta_image, delta_text) -> torch.Tensor:
    """The loss of DRIVE (arXiv 2503.13021), contrasting inside each tuple; the mean over tuples.

    With clip the symmetric cross-entropy over a tuple's (K+1, K+1) logits and sim_m its similarity
    term for m in {image, text}:
        loss = 1/2 * [clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2]

    A worked tuple, K = 1, scale 1: images (1, 0), (0, 1) and the same two texts. The logits are the
    identity, so clip = log(1 + e^-1) = 0.3133; each cosine is 0, so each sim = softplus(0.5) = 0.9741;
    with both deltas 1, loss = 0.3133 * (1 + 0.9741) / 2 = 0.3092.
    """
    clip = tuple_cross_entropy(images, texts, present, scale)  # (B,)
    sim_image = anchor_similarity(images, present)  # (B,)
    sim_text = anchor_similarity(texts, torch.ones_like(present))  # (B,)
    weight = (1 + delta_image * sim_image) / 2 + (1 + delta_text * sim_text) / 2  # (B,)
    return (clip * weight / 2).mean()


def tuple_cross_entropy(images, texts, present, scale) -> torch.Tensor:
    """Symmetric cross-entropy inside each tuple, (B,). Absent images are neither asked nor offered."""
    logits = scale * torch.einsum("bid,btd->bit", images, texts)  # (B, K+1, K+1)
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


LOSSES: dict[str, Callable[..., torch.Tensor]] = {"clip": clip_loss, "drive": drive_loss}
