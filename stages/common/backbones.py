"""Backbones held still: only the projections into the shared space train, on features that are computed once.

So locked-image tuning (arXiv 2111.07991) holds an image tower still. What is left to train takes seconds on a CPU.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256

import open_clip
import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.timm_model import TimmModel

from stages.common.errors import InputError

ROWS = 32  # that a backbone gets at once: with one shape there is one rounding, whatever else is in a batch


def hold_backbones(model: open_clip.CLIP, key: str) -> None:
    """Freeze all of `model` but its projections and logit_scale; each tower then remembers its features.

    InputError, naming the parameter `key`, where a tower is not timm's or not Hugging Face's, or has no projection:
    in others the projection is no part that stands alone.
    """
    image, text = model.visual, getattr(model, "text", None)
    known = isinstance(image, TimmModel) and isinstance(text, HFTextEncoder)
    if not (known and len(image.head) and list(text.proj.parameters())):
        raise InputError(
            f"params.yaml: {key} backbones takes a timm image tower and a Hugging Face text tower, "
            "each with its own projection (timm_proj, hf_proj_type); set it to none"
        )
    for part in (image.trunk, text.transformer):
        part.requires_grad_(False)

    def pooled(tokens: torch.Tensor) -> torch.Tensor:
        mask = (tokens != text.config.pad_token_id).long()  # (N, L)
        return text.pooler(text.transformer(input_ids=tokens, attention_mask=mask), mask)  # (N, W)

    def cut(tokens: torch.Tensor) -> torch.Tensor:  # (L,): masked padding changes nothing but the time
        length = int((tokens != text.config.pad_token_id).sum())
        return tokens[: -(-length // 8) * 8]

    see, read = remembered(image.trunk, image.trunk), remembered(text.transformer, pooled, cut)
    image.forward = lambda pixels: image.head(see(pixels))  # (N, D)
    text.forward = lambda tokens: text.proj(read(tokens))  # (N, D)


def remembered(
    backbone: torch.nn.Module,
    features: Callable[[torch.Tensor], torch.Tensor],
    cut: Callable[[torch.Tensor], torch.Tensor] = lambda row: row,
) -> Callable[[torch.Tensor], torch.Tensor]:
    """`features`, of inputs (N, ...) to (N, W) by `backbone`, that computes each distinct input once in this process.

    An input is its `cut`. It is computed among ROWS of its own shape, with `backbone` in evaluation mode, so that its
    features hang on it alone. They stay in memory: 5 kB for 1,280 of them.
    """
    known = _known(_digest(*backbone.state_dict().values()))

    @torch.inference_mode(False)  # what is remembered may be trained on later
    @torch.no_grad()
    def recall(inputs: torch.Tensor) -> torch.Tensor:
        rows = [cut(row) for row in inputs.cpu()]  # N of (...)
        digests = [_digest(row) for row in rows]
        new = {digest: row for digest, row in zip(digests, rows) if digest not in known}
        backbone.eval()
        for shape in {row.shape for row in new.values()}:
            alike = [digest for digest, row in new.items() if row.shape == shape]
            for start in range(0, len(alike), ROWS):
                part = alike[start : start + ROWS]
                filled = torch.stack([new[digest] for digest in part + part[:1] * (ROWS - len(part))])  # (ROWS, ...)
                found = features(filled.to(inputs.device))  # (ROWS, W)
                known.update(zip(part, found.float()))
        return torch.stack([known[digest] for digest in digests])  # (N, W)

    return recall


@cache
def _known(weights: bytes) -> dict[bytes, torch.Tensor]:
    """What is known under a backbone of such weights, by whatever model has it."""
    return {}


def _digest(*tensors: torch.Tensor) -> bytes:
    digest = sha256()
    for tensor in tensors:
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.digest()
