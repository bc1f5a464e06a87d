"""Interpolation of a method's weights with base's (WiSE-FT, arXiv 2109.01903)."""

from collections.abc import Callable

import open_clip
import pandas as pd
import torch


def interpolate(
    base: dict[str, torch.Tensor], tuned: dict[str, torch.Tensor], alpha: float
) -> dict[str, torch.Tensor]:
    """(1 - alpha) * base + alpha * tuned for every tensor of two state dictionaries with equal keys.

    Exactly base at 0 and exactly tuned at 1; tensors of whole numbers (positions) stay tuned's.

    >>> ends = {"w": torch.tensor([0.0])}, {"w": torch.tensor([4.0])}
    >>> interpolate(*ends, 0.25)["w"].tolist()
    [1.0]
    """
    return {
        name: torch.lerp(base[name], tensor, alpha) if tensor.is_floating_point() else tensor
        for name, tensor in tuned.items()
    }


def interpolations(
    base: open_clip.CLIP,
    tuned: open_clip.CLIP,
    alphas: list[float],
    measure: Callable[[open_clip.CLIP], dict[str, float]],
) -> pd.DataFrame:
    """A row an alpha: `alpha` and what `measure` says of the model with the weights in between.

    `tuned` carries the interpolated weights while it is measured, and its own again afterwards.
    """
    own = {name: tensor.clone() for name, tensor in tuned.state_dict().items()}
    rows = []
    for alpha in alphas:
        tuned.load_state_dict(interpolate(base.state_dict(), own, alpha))
        rows.append({"alpha": float(alpha)} | measure(tuned))
    tuned.load_state_dict(own)
    return pd.DataFrame(rows)
