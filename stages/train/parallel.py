"""Several processes, as torchrun starts them: each encodes its part of every batch, and all see the whole's loss."""

import atexit
import hashlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Literal

import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure, record
from torch.nn.parallel import DistributedDataParallel

from stages.common.clip.clip import attention
from stages.common.files.errors import InputError
from stages.common.run import cores

ROLE = "stages.train"  # of processes that `launch` started, which tells their errors
AGAIN = "run the same command again: it goes on from the last checkpoint"


class LostProcess(InputError):
    """Another process ended before its time, so that this one cannot go on."""


def processes(wanted: int | Literal["auto"], device: torch.device) -> int:
    """How many share the training: as many as torchrun started, otherwise `wanted`; auto: one a GPU of this machine.

    InputError for more processes than GPUs, or for several on a device that cannot join them.
    """
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    gpus = torch.cuda.device_count() if device.type == "cuda" else 1
    if not started():
        here = gpus if wanted == "auto" else wanted
    if device.type == "cuda" and here > gpus:
        raise InputError(f"params.yaml: run.processes is {here} on a machine of {gpus} GPUs; set it to auto")
    if device.type == "mps" and here > 1:
        raise InputError(f"params.yaml: run.processes is {here} on mps, which has no way to join them; set it to 1")
    return int(os.environ["WORLD_SIZE"]) if started() else here


def started() -> bool:
    """Whether torchrun started this process, alone or as one of several."""
    return "WORLD_SIZE" in os.environ and "RANK" in os.environ


def start(device: torch.device) -> None:
    """Join the other processes, where there are several, each with a GPU of its own if `device` is one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    atexit.register(dist.destroy_process_group)


def _end_with(parent: int) -> None:
    """End this process once torchrun's, `parent`, is gone: one that was killed has ended none."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def rank() -> int:
    """This process's number, 0 for the one that writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def world() -> int:
    """The number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def wait() -> None:
    """Go on when every process has come this far."""
    agree("")


def agree(text: str) -> bool:
    """Whether all processes ask with the same text."""
    if not dist.is_initialized():
        return True
    mine = torch.frombuffer(bytearray(hashlib.sha256(text.encode()).digest()), dtype=torch.uint8)  # (32,)
    parts = [torch.empty_like(mine) for _ in range(world())]
    dist.all_gather(parts, mine)
    return all(torch.equal(part, mine) for part in parts)


def gather(rows: torch.Tensor) -> torch.Tensor:
    """`rows` (B, ...) of all N processes, in the order of ranks, (N * B, ...); of equal B.

    As open_clip gathers: the gradient is that of this process's own rows. All compute the same loss of all
    rows, so it is whole, and the backward pass asks nobody.
    """
    if not dist.is_initialized():
        return rows
    parts = [torch.empty_like(rows) for _ in range(world())]
    dist.all_gather(parts, rows.detach().contiguous())
    parts[rank()] = rows
    return torch.cat(parts)  # (N * B, ...)


def wrap(towers: torch.nn.Module, *inputs: torch.Tensor) -> torch.nn.Module:
    """`towers` with gradients averaged over all processes while the backward pass goes on; as it is in one process.

    A parameter that none of its outputs hangs on (SigLIP's logit_bias) would be waited for: it is found by a pass
    over `inputs`, and is not trained.
    """
    if not dist.is_initialized():
        return towers
    trained = [parameter for parameter in towers.parameters() if parameter.requires_grad]
    ends = [output.sum() for output in towers(*inputs) if output.requires_grad]
    with attention(trained[0].device):
        gradients = torch.autograd.grad(ends, trained, allow_unused=True)
    for parameter, gradient in zip(trained, gradients):
        parameter.requires_grad_(gradient is not None)
    return DistributedDataParallel(towers, forward_sync_buffers=False, gradient_as_bucket_view=True)


def launch(count: int, *command: str) -> None:
    """`python -m COMMAND` in `count` processes on this machine, by torchrun.

    InputError, one line, where one of them fails: the others are ended.
    """
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.run import get_args_parser, run

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // count)))
    options = ["--standalone", f"--nproc-per-node={count}", f"--role={ROLE}", "-m", *command]
    logging.disable()  # what torchrun logs of processes that end is reported below, in one line
    try:
        run(get_args_parser().parse_args(options))
    except ChildFailedError as error:
        raise InputError(explained(error.failures)) from None
    except SignalException as stop:
        sys.exit(128 + stop.sigval)


def explained(failures: dict[int, ProcessFailure]) -> str:
    """One line for processes, by rank, that failed: that of the first whose error is not the loss of another."""
    number, first = min(failures.items(), key=lambda item: (_error(item[1])[0] == "LostProcess", item[1].timestamp))
    kind, line = _error(first)
    if kind in ("InputError", "LostProcess"):
        return line
    if kind:
        return f"process {number} of the training ended with {kind}: {line}"
    end = f"by {first.signal_name()}" if first.exitcode < 0 else f"with exit status {first.exitcode}"
    return f"process {number} of the training ended {end}; {AGAIN}"


def _error(failure: ProcessFailure) -> tuple[str, str]:
    """The name and the first line of the exception that a process ended with; empty where it left none, as killed."""
    text = failure.message["message"] if isinstance(failure.message, dict) else ""
    kind, _, message = text.partition(": ")
    return kind, message.partition("\n")[0]


def reported(main: Callable[[], None]) -> None:
    """Run `main`; in a process that torchrun started an error is recorded for it, and not reported twice.

    LostProcess where the connection to another process broke.
    """

    def connected() -> None:
        try:
            main()
        except RuntimeError as error:
            if not (isinstance(error, dist.DistError) or "gloo" in str(error)):
                raise
            raise LostProcess(f"the connection to another process of the training broke; {AGAIN}") from error

    if not started():
        return main()
    try:
        record(connected)()
    except InputError:
        if os.environ.get("ROLE_NAME") != ROLE:
            raise
        sys.exit(1)
