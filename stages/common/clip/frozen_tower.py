"""Backbones held still: only the projections into the shared space train, on features that are computed once.

So locked-image tuning (arXiv 2111.07991) holds an image tower still. What is left to train takes seconds on a CPU.
"""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np
import open_clip
import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.timm_model import TimmModel

from stages.common.clip.clip import autocast, picture, unit_length
from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_part, read_table, table_files

ROWS = 32  # that a backbone gets at once: with one shape there is one rounding, whatever else is asked


class Held(NamedTuple):
    """The image tower of a model with held backbones, in its two parts; the text tower stands in the model."""

    see: Callable[[Sequence[bytes]], torch.Tensor]  # pictures' bytes to features (N, W), each picture computed once
    encode: Callable[[torch.Tensor], torch.Tensor]  # features to unit-length embeddings (N, D)


def hold_backbones(model: open_clip.CLIP, transform: Callable, key: str) -> Held:
    """Freeze all of `model` but its projections and logit_scale; its text tower computes each distinct text once.

    InputError, naming the parameter `key`, where a tower is not timm's or not Hugging Face's, or has no projection:
    in others the projection is no part that stands alone.
    """
    image, text = model.visual, getattr(model, "text", None)
    known = isinstance(image, TimmModel) and isinstance(text, HFTextEncoder)
    if not (known and text and len(image.head) and list(text.proj.parameters())):
        raise InputError(
            f"params.yaml: {key} backbones takes a timm image tower and a Hugging Face text tower, "
            "each with its own projection (timm_proj, hf_proj_type); set it to none"
        )
    for part in (image.trunk, text.transformer):
        part.requires_grad_(False)
    device, read, config = model.logit_scale.device, picture(transform), image.preprocess_cfg
    mean, std = (torch.tensor(config[name], device=device).view(3, 1, 1) for name in ("mean", "std"))

    def features(pictures: list[bytes]) -> torch.Tensor:
        pixels = torch.stack([read(content) for content in pictures]).to(device)  # (N, 3, H, W) uint8
        return image.trunk(((pixels / 255 - mean) / std).contiguous(memory_format=torch.channels_last))  # (N, W)

    def pooled(texts: list[bytes]) -> torch.Tensor:
        rows = [torch.frombuffer(bytearray(text), dtype=torch.int64) for text in texts]
        tokens = torch.nn.utils.rnn.pad_sequence(rows, True, text.config.pad_token_id).to(device)  # (N, L)
        mask = (tokens != text.config.pad_token_id).long()  # (N, L)
        return text.pooler(text.transformer(input_ids=tokens, attention_mask=mask), mask)  # (N, W)

    def encode(seen: torch.Tensor) -> torch.Tensor:
        with autocast(device):
            return unit_length(image.head(seen))  # (N, D)

    see, remember = remembered(image.trunk, features), remembered(text.transformer, pooled)

    def forward(tokens: torch.Tensor) -> torch.Tensor:
        lengths = (tokens != text.config.pad_token_id).sum(dim=1).tolist()
        said = [row[:length].numpy().tobytes() for row, length in zip(tokens.long().cpu(), lengths)]
        return text.proj(remember(said))  # (N, D)

    text.forward = forward
    return Held(see, encode)


def see_table(held: Held, path: str) -> tuple[np.ndarray, np.ndarray]:
    """The ids (M,) of a table of images and what `held` sees in them (M, W), one part in memory at a time."""
    ids = read_table(path, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy()
    parts = (read_part(file, SCHEMAS["images"], ["jpeg"])["jpeg"].to_pylist() for file in table_files(path))
    return ids, np.concatenate([held.see(jpegs).cpu().numpy() for jpegs in parts if jpegs])


def remembered(
    backbone: torch.nn.Module, features: Callable[[list[bytes]], torch.Tensor]
) -> Callable[[Sequence[bytes]], torch.Tensor]:
    """`features`, of N inputs to (N, W) by `backbone`, that computes each distinct input once in this process.

    It gets ROWS inputs of one length, or of any where they are pictures, with `backbone` in evaluation mode. What is
    known stays in memory: 5 kB for 1,280 features.
    """
    known, device = _known(_digest(backbone)), next(backbone.parameters()).device

    @torch.inference_mode(False)  # what is remembered may be trained on later
    @torch.no_grad()
    def recall(inputs: Sequence[bytes]) -> torch.Tensor:
        digests = [sha256(content).digest() for content in inputs]
        new = {digest: content for digest, content in zip(digests, inputs) if digest not in known}
        order = sorted(new, key=lambda digest: len(new[digest]))
        backbone.eval()
        for start in range(0, len(order), ROWS):
            part = order[start : start + ROWS]
            filled = [new[digest] for digest in part + part[:1] * (ROWS - len(part))]  # ROWS
            with autocast(device):
                known.update(zip(part, features(filled).float().cpu()))  # (ROWS, W)
        return torch.stack([known[digest] for digest in digests]).to(device)  # (N, W)

    return recall


@cache
def _known(weights: bytes) -> dict[bytes, torch.Tensor]:
    """What is known under a backbone of such weights, by whatever model of this process has it."""
    return {}


def _digest(backbone: torch.nn.Module) -> bytes:
    digest = sha256()
    for value in backbone.state_dict().values():
        digest.update((value.cpu() + 0).contiguous().numpy().tobytes())  # -0 becomes 0, as where weights are mixed
    return digest.digest()
