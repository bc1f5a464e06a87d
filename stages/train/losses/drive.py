"""The loss of the paper (arXiv 2503.13021): contrast inside each tuple, weighted by how alike its members are."""

import torch
import torch.nn.functional as F
from pydantic import Field

from stages.common.files.params import Block
from stages.common.training.terms import Embedded, Loss, tuple_contrast


class Options(Block):
    """The weights of the similarity terms."""

    delta_image: float = Field(ge=0, le=1000)
    delta_text: float = Field(ge=0, le=1000)


def drive_loss(batch: Embedded, scale: torch.Tensor, options: Options) -> torch.Tensor:
    """The mean over tuples of

        1/2 * [clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2]

    where clip is the symmetric cross-entropy over the tuple's (K+1, K+1) logits and sim_m its `anchor_similarity` in
    images or texts.

    A worked tuple, K = 1, scale 1: images (1, 0), (0, 1) and the same two texts. The logits are the
    identity, so clip = log(1 + e^-1) = 0.3133; each cosine is 0, so each sim = softplus(0.5) = 0.9741;
    with both deltas 1, loss = 0.3133 * (1 + 0.9741) / 2 = 0.3092.
    """
    clip = tuple_contrast(batch, scale)  # (B,)
    sim_image = anchor_similarity(batch.images, batch.present)  # (B,)
    sim_text = anchor_similarity(batch.texts, torch.ones_like(batch.present))  # (B,)
    weight = 1 + (options.delta_image * sim_image + options.delta_text * sim_text) / 2  # (B,)
    return (clip * weight / 2).mean()


def anchor_similarity(embeddings: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """The mean over negatives present of BCE-with-logits((cos + 1) / 2, target 0), cos the cosine with the anchor.

    (B,), from 0.693 to 1.313; 0 for a tuple without negatives present.
    """
    cosine = torch.einsum("bd,bkd->bk", embeddings[:, 0], embeddings[:, 1:])  # (B, K)
    penalty = F.softplus((cosine + 1) / 2)  # (B, K): BCE with logits x and target 0 is softplus(x)
    weight = present[:, 1:].to(penalty.dtype)  # (B, K)
    return (penalty * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


LOSS = Loss(drive_loss, Options, colour="#c43c4e")
