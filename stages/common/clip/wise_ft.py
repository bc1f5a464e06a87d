"""Weights between base and a tuned model."""

import torch

from stages.common.files.errors import InputError


def interpolate(base: dict[str, torch.Tensor], tuned: dict[str, torch.Tensor], alpha: float) -> dict[str, torch.Tensor]:
    """WiSE-FT (arXiv 2109.01903): (1 - alpha) * base + alpha * tuned, of two state dictionaries.

    alpha 1 gives exactly the tuned weights, 0 base. What is not a real number (a counter) is the tuned one's.

    >>> interpolate({"w": torch.tensor(1.0)}, {"w": torch.tensor(3.0)}, 0.25)
    {'w': tensor(1.5000)}
    """
    if not 0 <= alpha <= 1:
        raise InputError(f"params.yaml: alpha {alpha} is not between 0 (base) and 1 (the tuned weights)")
    return {
        name: torch.lerp(base[name].to(value), value, alpha) if value.is_floating_point() else value
        for name, value in tuned.items()
    }
