"""The loss of DRIVE (arXiv 2503.13021), contrasting inside each tuple."""

import torch
import torch.nn.functional as F
from pydantic import Field

from stages.common.files.params import Block
from stages.train.terms import Embedded, Loss, tuple_cross_entropy


class Options(Block):
    """The weights of the similarity terms."""

    delta_image: float = Field(ge=0, le=1000)
    delta_text: float = Field(ge=0, le=1000)


def drive_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """The mean over tuples. With clip the symmetric cross-entropy over a tuple's (K+1, K+1) logits and
    sim_m its similarity term for m in {image, text}:
        loss = 1/2 * [clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2]

    A worked tuple, K = 1, scale 1: images (1, 0), (0, 1) and the same two texts. The logits are the
    identity, so clip = log(1 + e^-1) = 0.3133; each cosine is 0, so each sim = softplus(0.5) = 0.9741;
    with both deltas 1, loss = 0.3133 * (1 + 0.9741) / 2 = 0.3092.
    """
    clip = tuple_cross_entropy(batch, scale)  # (B,)
    sim_image = anchor_similarity(batch.images, batch.present)  # (B,)
    sim_text = anchor_similarity(batch.texts, torch.ones_like(batch.present))  # (B,)
    weight = 1 + (options.delta_image * sim_image + options.delta_text * sim_text) / 2  # (B,)
    return (clip * weight / 2).mean()


def anchor_similarity(embeddings: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """How alike the anchor and its negatives are: (B,), in [0.693, 1.313], 0 without negatives present.

    The mean over the negatives present of BCE-with-logits((cos + 1) / 2, target 0).
    """
    cosine = torch.einsum("bd,bkd->bk", embeddings[:, 0], embeddings[:, 1:])  # (B, K)
    penalty = F.softplus((cosine + 1) / 2)  # (B, K): BCE with logits x and target 0 is softplus(x)
    weight = present[:, 1:].to(penalty.dtype)  # (B, K)
    return (penalty * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


LOSS = Loss(drive_loss, Options, colour="#c43c4e")
