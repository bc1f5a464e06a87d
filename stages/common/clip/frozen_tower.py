"""Frozen backbones: only the projections into the shared space train, on features that are computed once.

Locked-image tuning (arXiv 2111.07991) freezes an image tower in this way. What is left trains in seconds on a CPU.
"""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
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
    padding = text.config.pad_token_id

    def image_features(pictures: Sequence[bytes]) -> torch.Tensor:
        pixels = torch.stack([read(content) for content in pictures]).to(device)  # (N, 3, H, W) uint8
        return image.trunk(scale(pixels))  # (N, W)

    def text_features(texts: Sequence[bytes]) -> torch.Tensor:
        rows = [torch.frombuffer(bytearray(text), dtype=torch.int64) for text in texts]
        tokens = torch.nn.utils.rnn.pad_sequence(rows, True, padding).to(device)  # (N, L)
        mask = (tokens != padding).long()  # (N, L)
        return text.pooler(text.transformer(input_ids=tokens, attention_mask=mask), mask)  # (N, W)

    def project(features: torch.Tensor) -> torch.Tensor:
        with autocast(device):
            return unit_length(image.head(features))  # (N, D)

    def text_forward(tokens: torch.Tensor) -> torch.Tensor:
        lengths = (tokens != padding).sum(dim=1).tolist()
        texts = [row[:length].numpy().tobytes() for row, length in zip(tokens.long().cpu(), lengths)]
        return text.proj(computed_texts(texts).to(device))  # (N, D)

    computed_texts = computed_once(text.transformer, text_features)
    text.forward = text_forward
    return FrozenTower(computed_once(image.trunk, image_features), project)


def computed_once(
    backbone: torch.nn.Module, features: Callable[[Sequence[bytes]], torch.Tensor]
) -> Callable[[Sequence[bytes]], torch.Tensor]:
    """`features`, which maps inputs to (N, W) by `backbone`, computing each distinct input once in this process.

    All models with the same backbone share what is known: float32 on the CPU, 5 kB for 1,280 features. `features` gets
    BATCH inputs at a time, texts by their length, with the backbone in evaluation mode.
    """
    known = _known_features(_weights_digest(backbone))

    @torch.inference_mode(False)  # the features may be trained on
    @torch.no_grad()
    def compute(inputs: Sequence[bytes]) -> torch.Tensor:
        digests = [sha256(content).digest() for content in inputs]
        new = {digest: content for digest, content in zip(digests, inputs) if digest not in known}
        backbone.eval()
        for batch in batched(sorted(new, key=lambda digest: len(new[digest])), BATCH):
            with autocast(next(backbone.parameters()).device):
                rows = features([new[digest] for digest in filled(batch, BATCH)])  # (BATCH, W)
            known.update(zip(batch, rows.float().cpu()))
        return torch.stack([known[digest] for digest in digests])  # (N, W)

    return compute


@cache
def _known_features(weights: bytes) -> dict[bytes, torch.Tensor]:
    """Features (W,) by the digest of an input, under a backbone whose weights have this digest."""
    return {}


def _weights_digest(backbone: torch.nn.Module) -> bytes:
    digest = sha256()
    for value in backbone.state_dict().values():
        digest.update((value.cpu() + 0).contiguous().numpy().tobytes())  # + 0: interpolation may give -0
    return digest.digest()
