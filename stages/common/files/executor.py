"""Where the parts of a table are made: processes of this machine, or a Dask cluster, as one kind of Executor."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from stages.common.files.errors import InputError
from stages.common.run import cores
from stages.common.files.workers import end_with_parent

LOCAL = "local"
_own = threading.local()


@contextmanager
def open_executor(engine: str, workers: int) -> Iterator[Executor]:
    """The Executor that `run.engine` names: `workers` processes of this machine, one being this process itself, or
    whatever workers the Dask scheduler of that address has. On leaving, what has not begun is dropped."""
    if engine == LOCAL:
        executor = ThreadPoolExecutor(1) if workers == 1 else Processes(workers)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)
    else:
        with _client(engine) as client:
            yield client.get_executor(pure=False)


def local_workers(jobs: int, gigabytes: float) -> int:
    """Processes for `jobs` parts here, each of so much memory: as many as there are cores
    (OMP_NUM_THREADS, where it is set) and memory for."""
    fit = int(psutil.virtual_memory().available / 2**30 / gigabytes)
    return max(1, min(jobs, fit, int(os.environ.get("OMP_NUM_THREADS") or cores())))


class Processes(ThreadPoolExecutor):
    """A thread for each process that it waits for, so that one which dies takes no other's part with it."""

    def submit(self, work: Callable, /, *args, **kwargs) -> Future:
        return super().submit(_in_child, work, *args, **kwargs)


def _in_child(work: Callable, *args, **kwargs):
    if not hasattr(_own, "pool"):
        context = multiprocessing.get_context("spawn")  # a process that has threads, or has touched CUDA, must not fork
        _own.pool = ProcessPoolExecutor(1, context, initializer=end_with_parent)
    try:
        return _own.pool.submit(work, *args, **kwargs).result()
    except BrokenExecutor:
        del _own.pool
        raise


def _client(address: str):
    """A client of the Dask scheduler at `address`."""
    try:
        from distributed import Client
    except ImportError:
        remedy = "pip install distributed, or set it to local"
        raise InputError(
            f"params.yaml: run.engine is {address}, which needs the package distributed; {remedy}"
        ) from None
    try:
        return Client(address, timeout=20, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"params.yaml: run.engine: no Dask scheduler answers at {address} ({error})") from None
