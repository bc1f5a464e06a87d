"""Several processes, as torchrun starts them: N-fold batches and the gradient of one process with them all."""

import atexit
import os
from collections.abc import Iterable

import torch
import torch.distributed as dist


def start(device: torch.device) -> None:
    """Join the other processes, where torchrun started several, each with a GPU of its own if `device` is one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    atexit.register(dist.destroy_process_group)


def rank() -> int:
    """This process's number, 0 for the one that writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def world() -> int:
    """The number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def wait() -> None:
    """Go on when every process has come this far."""
    if dist.is_initialized():
        dist.barrier()


class _Gather(torch.autograd.Function):
    """Every process's rows, with the gradient of one's own.

    All processes compute the same loss of all rows, so each has the whole gradient of its own rows
    without asking the others. It is multiplied by the number of processes because
    `average_gradients` then takes the mean, which for towers should be the sum, each process having
    encoded other rows, while for logit_scale, which all apply alike, the mean is right.
    """

    @staticmethod
    def forward(ctx, rows: torch.Tensor) -> torch.Tensor:
        parts = [torch.empty_like(rows) for _ in range(world())]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)  # (N * B, ...)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> torch.Tensor:
        return gradient.chunk(world())[rank()] * world()  # (B, ...)


def gather(rows: torch.Tensor) -> torch.Tensor:
    """`rows` (B, ...) of all N processes, in the order of ranks, (N * B, ...); of equal B."""
    return _Gather.apply(rows) if dist.is_initialized() else rows


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Replace each gradient by its mean over all processes, in one exchange."""
    if not dist.is_initialized():
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= world()
    for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
