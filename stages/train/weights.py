"""What is done to the model before training: freezing a tower, cutting the context."""

import open_clip
import torch


def freeze(model: open_clip.CLIP, tower: str) -> None:
    """Stop training the "image" or the "text" tower, or "none"; logit_scale is always trained."""
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
