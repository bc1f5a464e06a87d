"""Frozen backbones: only the projections into the shared space train, on features that are computed once.

Locked-image tuning (arXiv 2111.07991) freezes an image tower in this way. What is left trains in seconds on a CPU.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.timm_model import TimmModel

from stages.common.clip.embed import Clip, autocast, pixel_reader, unit_length
from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_part, read_table, table_files

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
    for backbone in (image.trunk, text.transformer):
        backbone.requires_grad_(False)
    device, read, config = clip.device, pixel_reader(clip.transform), image.preprocess_cfg
    mean, std = (torch.tensor(config[name], device=device).view(3, 1, 1) for name in ("mean", "std"))

    def features(pictures: Sequence[bytes]) -> torch.Tensor:
        pixels = torch.stack([read(content) for content in pictures]).to(device)  # (N, 3, H, W) uint8
        return image.trunk(((pixels / 255 - mean) / std).contiguous(memory_format=torch.channels_last))  # (N, W)

    def project(seen: torch.Tensor) -> torch.Tensor:
        with autocast(device):
            return unit_length(image.head(seen))  # (N, D)

    def pooled(texts: Sequence[torch.Tensor]) -> torch.Tensor:
        tokens = torch.nn.utils.rnn.pad_sequence(list(texts), True, text.config.pad_token_id).to(device)  # (N, L)
        mask = (tokens != text.config.pad_token_id).long()  # (N, L)
        return text.pooler(text.transformer(input_ids=tokens, attention_mask=mask), mask)  # (N, W)

    known: dict[tuple[int, ...], torch.Tensor] = {}  # pooled features (W,) by a text's tokens

    def forward(tokens: torch.Tensor) -> torch.Tensor:
        lengths = (tokens != text.config.pad_token_id).sum(dim=1).tolist()
        texts = [tuple(row[:length]) for row, length in zip(tokens.tolist(), lengths)]
        new = sorted({row for row in texts if row not in known}, key=lambda row: (len(row), row))
        if new:
            inputs = [torch.tensor(row, dtype=torch.int64) for row in new]
            known.update(zip(new, computed_once(text.transformer, pooled, inputs).to(device)))
        return text.proj(torch.stack([known[row] for row in texts]))  # (N, D)

    text.forward = forward
    return FrozenTower(lambda pictures: computed_once(image.trunk, features, pictures), project)


@torch.inference_mode(False)  # the features may be trained on
@torch.no_grad()
def computed_once(backbone: torch.nn.Module, features: Callable[[Sequence], torch.Tensor], inputs: Sequence):
    """The `features` of N inputs by a backbone in evaluation mode, float32 (N, W) on the CPU, BATCH inputs at a time."""
    backbone.eval()
    found = []
    for start in range(0, len(inputs), BATCH):
        part = list(inputs[start : start + BATCH])
        with autocast(next(backbone.parameters()).device):
            batch = features(part + part[:1] * (BATCH - len(part)))  # (BATCH, W)
        found.append(batch[: len(part)].float().cpu())
    return torch.cat(found)  # (N, W)


def feature_table(tower: FrozenTower, path: str) -> tuple[np.ndarray, np.ndarray]:
    """The ids (M,) of a table of images and their features (M, W), with one part in memory at a time."""
    ids = read_table(path, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy()
    parts = (read_part(file, SCHEMAS["images"], ["jpeg"])["jpeg"].to_pylist() for file in table_files(path))
    return ids, np.concatenate([tower.features(jpegs).numpy() for jpegs in parts if jpegs])
