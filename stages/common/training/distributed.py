"""Training in several processes, as torchrun starts them: each encodes its shards, and all compute the same loss."""

import atexit
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

from stages.common.clip.embed import attention_kernel
from stages.common.files.errors import InputError
from stages.common.files.executor import cores

ROLE = "stages.train"  # of processes that `launch` started; it reports their errors
RUN_AGAIN = "run the same command again: it resumes from the last checkpoint"


class LostProcess(InputError):
    """Another process ended, so that this one cannot go on."""


def processes(wanted: int | Literal["auto"], device: torch.device) -> int:
    """How many processes train: as many as torchrun started, else `wanted`; auto: one for each GPU of this machine.

    InputError for more processes than GPUs, or for several on MPS.
    """
    gpus = torch.cuda.device_count() if device.type == "cuda" else 1
    here = gpus if wanted == "auto" else wanted
    if started():
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if device.type == "cuda" and here > gpus:
        raise InputError(f"params.yaml: run.processes is {here} on a machine of {gpus} GPUs; set it to auto")
    if device.type == "mps" and here > 1:
        raise InputError(f"params.yaml: run.processes is {here} on mps, which trains in one process; set it to 1")
    return int(os.environ["WORLD_SIZE"]) if started() else here


def started() -> bool:
    """Whether torchrun started this process."""
    return "WORLD_SIZE" in os.environ and "RANK" in os.environ


def start(device: torch.device) -> None:
    """Connect to the other processes, if there are any; on GPUs each takes its own."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    atexit.register(dist.destroy_process_group)


def _end_with(parent: int) -> None:
    """End this process when torchrun's, `parent`, is gone: if killed, torchrun ends no process itself."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def rank() -> int:
    """This process's number; 0 writes the model."""
    return dist.get_rank() if dist.is_initialized() else 0


def world() -> int:
    """The number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def agree(text: str) -> bool:
    """Whether all processes pass the same text; each waits until all have come this far."""
    if not dist.is_initialized():
        return True
    texts = [""] * world()
    dist.all_gather_object(texts, text)
    return len(set(texts)) == 1


def gather(rows: torch.Tensor) -> torch.Tensor:
    """`rows` (B, ...) of all N processes in the order of ranks, (N * B, ...).

    Only this process's own rows have a gradient, as in open_clip: all processes compute the same loss of all rows, so
    the backward pass needs no communication.
    """
    if not dist.is_initialized():
        return rows
    parts = [torch.empty_like(rows) for _ in range(world())]
    dist.all_gather(parts, rows.detach().contiguous())
    parts[rank()] = rows
    return torch.cat(parts)  # (N * B, ...)


def wrap(towers: torch.nn.Module, *inputs: torch.Tensor) -> torch.nn.Module:
    """`towers` in DistributedDataParallel; unchanged in one process.

    Freezes parameters that do not affect the outputs (SigLIP's logit_bias), found by a pass over `inputs`, or DDP would
    wait for them.
    """
    if not dist.is_initialized():
        return towers
    trained = [parameter for parameter in towers.parameters() if parameter.requires_grad]
    sums = [output.sum() for output in towers(*inputs) if output.requires_grad]
    with attention_kernel(trained[0].device):
        gradients = torch.autograd.grad(sums, trained, allow_unused=True)
    for parameter, gradient in zip(trained, gradients):
        parameter.requires_grad_(gradient is not None)
    return DistributedDataParallel(towers, forward_sync_buffers=False, gradient_as_bucket_view=True)


def launch(count: int, *command: str) -> None:
    """Run `python -m COMMAND` in `count` processes on this machine, by torchrun.

    InputError where one of them fails: the others are ended.
    """
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.run import get_args_parser, run

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores() // count)))
    options = ["--standalone", f"--nproc-per-node={count}", f"--role={ROLE}", "-m", *command]
    logging.disable()  # what torchrun logs about failed processes is reported below, in one line
    try:
        run(get_args_parser().parse_args(options))
    except ChildFailedError as error:
        raise InputError(explain(error.failures)) from None
    except SignalException as stop:
        sys.exit(128 + stop.sigval)


def explain(failures: dict[int, ProcessFailure]) -> str:
    """One line about failed processes, by rank: the first error that is not a lost connection to another process."""
    number, first = min(failures.items(), key=lambda item: (_error(item[1])[0] == "LostProcess", item[1].timestamp))
    kind, line = _error(first)
    if kind in ("InputError", "LostProcess"):
        return line
    if kind:
        return f"process {number} of the training ended with {kind}: {line}"
    end = f"by {first.signal_name()}" if first.exitcode < 0 else f"with exit status {first.exitcode}"
    return f"process {number} of the training ended {end}; {RUN_AGAIN}"


def _error(failure: ProcessFailure) -> tuple[str, str]:
    """The name and first line of the exception that a process ended with; empty for a killed process."""
    text = failure.message["message"] if isinstance(failure.message, dict) else ""
    kind, _, message = text.partition(": ")
    return kind, message.partition("\n")[0]


def report_errors(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run `main(arguments)`; in a process that torchrun started, record an error for it, so that it is reported once.

    LostProcess where the connection to another process broke.
    """
    if not started():
        return main(arguments)
    try:
        record(_connected)(main, arguments)
    except InputError:
        if os.environ.get("ROLE_NAME") != ROLE:
            raise
        sys.exit(1)


def _connected(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    try:
        main(arguments)
    except RuntimeError as error:
        if not (isinstance(error, dist.DistError) or "gloo" in str(error)):
            raise
        raise LostProcess(f"the connection to another process of the training broke; {RUN_AGAIN}") from error
