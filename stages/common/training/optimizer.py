"""The plan of a run, and AdamW with its learning-rate schedule, the same for base and for every method."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch

from stages.common.training.terms import Embedded

BETAS, EPSILON = (0.9, 0.98), 1e-6  # CLIP's; with PyTorch's own, training from scratch can stay near chance


class Plan(NamedTuple):
    """What stays the same throughout a run; see params.yaml."""

    loss: Callable[[Embedded, torch.Tensor], torch.Tensor]  # of a batch and the scale
    steps: int
    seed: int
    save_every: int  # steps
    batch_size: int
    lr: float
    weight_decay: float
    warmup: int  # steps
    clip_norm: float = 1.0
    max_scale: float = 100.0
    accumulate: int = 1
    batch_statistics: bool = False  # batch normalisation by each batch, for training from scratch
    block: str = "train"  # of params.yaml, for messages


def make_optimizer(
    model: torch.nn.Module, plan: Plan
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW over the trainable parameters, and its learning rate: a linear warm-up, then a cosine to 0.

    Matrices have weight decay; gains, biases and scalars have none.
    """
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trainable if p.ndim >= 2], "weight_decay": plan.weight_decay},
        {"params": [p for p in trainable if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=plan.lr, betas=BETAS, eps=EPSILON, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: warmup_cosine(n + 1, plan.warmup, plan.steps))
    return optimizer, schedule


def warmup_cosine(step: int, warmup: int, total: int) -> float:
    """The factor on the learning rate in step 1 to `total`: linear up to 1, then a cosine that ends at 0.

    >>> [round(warmup_cosine(step, 2, 6), 3) for step in range(1, 7)]
    [0.5, 1.0, 0.854, 0.5, 0.146, 0.0]
    """
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))
