"""Frozen backbones: only the projections into the shared space train, on features that are computed once.

Locked-image tuning (arXiv 2111.07991) freezes an image tower in this way. What is left trains in seconds on a CPU.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.timm_model import TimmModel

from stages.common.clip.embed import Clip, autocast, batched, filled, pixel_reader, pixel_scaler, unit_length
from stages.common.files.errors import InputError

BATCH = 32  # always this many inputs, so that a feature does not depend on its batch


class FrozenTower(NamedTuple):
    """An image tower in two parts: a frozen backbone, and a projection that trains."""

    features: Callable[[Sequence[bytes]], torch.Tensor]  # encoded pictures to features (N, W)
    project: Callable[[torch.Tensor], torch.Tensor]  # features (N, W) to unit-length embeddings (N, D)


def freeze_backbones(clip: Clip, key: str) -> FrozenTower:
    """Freeze all of a model but its projections and logit_scale; its text tower then encodes each distinct text once.

    InputError, naming the parameter `key`, unless the image tower is timm's, the text tower Hugging Face's, and each
    has a projection of its own: in other towers the projection is not separate.
    """
    image, text = clip.model.visual, getattr(clip.model, "text", None)
    supported = isinstance(image, TimmModel) and isinstance(text, HFTextEncoder)
    if not (supported and text and len(image.head) and list(text.proj.parameters())):
        raise InputError(
            f"params.yaml: {key} backbones takes a timm image tower and a Hugging Face text tower, "
            "each with its own projection (timm_proj, hf_proj_type); set it to none"
        )
    image.trunk.requires_grad_(False)
    text.transformer.requires_grad_(False)
    device, read, scale = clip.device, pixel_reader(clip.transform), pixel_scaler(clip.model)

    def image_features(pictures: Sequence[bytes]) -> torch.Tensor:
        pixels = torch.stack([read(content) for content in pictures]).to(device)  # (N, 3, H, W) uint8
        return image.trunk(scale(pixels))  # (N, W)

    def project(features: torch.Tensor) -> torch.Tensor:
        with autocast(device):
            return unit_length(image.head(features))  # (N, D)

    text.forward = cached_text_forward(text, device)
    return FrozenTower(lambda pictures: computed_once(image.trunk, image_features, pictures), project)


def cached_text_forward(text: HFTextEncoder, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    """`text.forward`, from tokens (N, L) to embeddings (N, D), which keeps what its backbone gives for each text."""
    known: dict[tuple[int, ...], torch.Tensor] = {}  # features (W,) by a text's tokens
    padding = text.config.pad_token_id

    def text_features(texts: Sequence[tuple[int, ...]]) -> torch.Tensor:
        rows = [torch.tensor(row, dtype=torch.int64) for row in texts]
        tokens = torch.nn.utils.rnn.pad_sequence(rows, True, padding).to(device)  # (N, L)
        mask = (tokens != padding).long()  # (N, L)
        return text.pooler(text.transformer(input_ids=tokens, attention_mask=mask), mask)  # (N, W)

    def forward(tokens: torch.Tensor) -> torch.Tensor:
        lengths = (tokens != padding).sum(dim=1).tolist()
        texts = [tuple(row[:length]) for row, length in zip(tokens.tolist(), lengths)]
        if new := sorted(set(texts) - known.keys(), key=lambda row: (len(row), row)):
            known.update(zip(new, computed_once(text.transformer, text_features, new).to(device)))
        return text.proj(torch.stack([known[row] for row in texts]))  # (N, D)

    return forward


@torch.inference_mode(False)  # the features may be trained on
@torch.no_grad()
def computed_once(backbone: torch.nn.Module, features: Callable[[Sequence], torch.Tensor], inputs: Sequence):
    """The features of N inputs by a backbone in evaluation mode, float32 (N, W) on the CPU, BATCH inputs at a time."""
    backbone.eval()
    found = []
    for batch in batched(inputs, BATCH):
        with autocast(next(backbone.parameters()).device):
            rows = features(filled(batch, BATCH))  # (BATCH, W)
        found.append(rows[: len(batch)].float().cpu())
    return torch.cat(found)  # (N, W)
