"""Freezing a tower."""

import open_clip


def freeze(model: open_clip.CLIP, tower: str) -> None:
    """Freeze the "image" or the "text" tower; other names freeze nothing. logit_scale is always trained."""
    for name, parameter in model.named_parameters():
        part = "image" if name.startswith("visual.") else "text"
        if part == tower and not name.startswith("logit_"):
            parameter.requires_grad_(False)
