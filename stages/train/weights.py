"""What is done to the model's weights around training: freezing a tower, cutting the context, WiSE-FT."""

import open_clip
import torch

from stages.common.errors import InputError


def freeze(model: open_clip.CLIP, tower: str) -> None:
    """Stop training the "image" or the "text" tower, or "none"; logit_scale is always trained."""
    if tower not in ("none", "image", "text"):
        raise InputError(f"params.yaml: train.freeze {tower!r} is unknown; use none, image or text")
    for name, parameter in model.named_parameters():
        part = "image" if name.startswith("visual.") else "text"
        if part == tower and not name.startswith("logit_"):
            parameter.requires_grad_(False)


def cut_context(model: open_clip.CLIP, tokens: torch.Tensor) -> torch.Tensor:
    """Let the text tower read no more than the longest of `tokens` (T, L); these, so cut (T, length).

    Tokens after a text's end change nothing in a causal tower that pools at the end, so the texts keep
    their embeddings at a fraction of the work: "man riding horse" takes 5 of CLIP's 77 tokens. Towers
    of another kind, and their tokens, are left alone.
    """
    if getattr(model, "attn_mask", None) is None or model.text_pool_type not in ("argmax", "eos"):
        return tokens
    length = int(tokens.any(dim=0).nonzero().max()) + 1  # padding is 0
    positions = model.positional_embedding.detach()[:length].clone()  # (length, W)
    model.positional_embedding = torch.nn.Parameter(positions)
    model.attn_mask = model.attn_mask[:length, :length]  # (length, length)
    return tokens[:, :length]


def interpolate(
    base: dict[str, torch.Tensor], tuned: dict[str, torch.Tensor], alpha: float
) -> dict[str, torch.Tensor]:
    """WiSE-FT (arXiv 2109.01903): (1 - alpha) * base + alpha * tuned, of two state dictionaries.

    alpha 1 gives the tuned weights, 0 base. What is not a real number (a counter) is the tuned one's;
    rows of positions that `cut_context` took away are base's.

    >>> interpolate({"w": torch.tensor(1.0)}, {"w": torch.tensor(3.0)}, 0.25)
    {'w': tensor(1.5000)}
    """
    if not 0 <= alpha <= 1:
        raise InputError(f"params.yaml: train.alpha {alpha} is not between 0 (base) and 1 (the tuned weights)")
    mixed = {}
    for name, value in tuned.items():
        if value.is_floating_point():
            whole = base[name].to(value)
            rows = whole[: len(value)] if value.ndim else whole
            value = torch.lerp(rows, value, alpha)
            value = torch.cat([value, whole[len(value) :]]) if value.ndim else value
        mixed[name] = value
    return mixed
