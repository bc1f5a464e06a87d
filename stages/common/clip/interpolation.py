"""Weights between base and a fine-tuned model."""

import torch


def interpolate(base: dict[str, torch.Tensor], tuned: dict[str, torch.Tensor], alpha: float) -> dict[str, torch.Tensor]:
    """WiSE-FT (arXiv 2109.01903): (1 - alpha) * base + alpha * tuned, of two state dictionaries.

    alpha is from 0 (exactly base) to 1 (exactly tuned). Integers, such as counters, are those of `tuned`.

    >>> interpolate({"w": torch.tensor(1.0)}, {"w": torch.tensor(3.0)}, 0.25)
    {'w': tensor(1.5000)}
    """
    return {
        name: torch.lerp(base[name].to(value), value, alpha) if value.is_floating_point() else value
        for name, value in tuned.items()
    }
