"""Executors for the parts of a table: processes of this machine, or a Dask cluster."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from stages.common.files.errors import InputError

_thread = threading.local()


@contextmanager
def open_executor(engine: str, workers: int) -> Iterator[Executor]:
    """The Executor for `run.engine`; on leaving, work that has not started is dropped.

    "local" with one worker: this process; with more: child processes. An address: the workers of a Dask scheduler.
    """
    if engine == "local":
        executor = ThreadPoolExecutor(1) if workers == 1 else Processes(workers)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)
        return
    try:
        from distributed import Client

        client = Client(engine, timeout=20, set_as_default=False)
    except ImportError:
        raise InputError(f"params.yaml: run.engine {engine}: pip install distributed, or set it to local") from None
    except (OSError, ValueError) as error:
        raise InputError(f"params.yaml: run.engine: no Dask scheduler answers at {engine} ({error})") from None
    with client:
        yield client.get_executor(pure=False)


def local_workers(jobs: int, gigabytes: float) -> int:
    """How many processes to use for `jobs` parts: as many as free memory and cores, or OMP_NUM_THREADS, allow."""
    fit = int(psutil.virtual_memory().available / 2**30 / gigabytes)
    return max(1, min(jobs, fit, int((os.environ.get("OMP_NUM_THREADS") or str(cores())).split(",")[0])))


def cores() -> int:
    """How many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Processes(ThreadPoolExecutor):
    """A thread for each child process, so that a child that dies loses only its own part."""

    def submit(self, work: Callable, /, *args, **kwargs) -> Future:
        return super().submit(_in_child, work, *args, **kwargs)


def _in_child(work: Callable, *args, **kwargs):
    if not hasattr(_thread, "pool"):
        context = multiprocessing.get_context("spawn")  # a process with threads or CUDA must not fork
        _thread.pool = ProcessPoolExecutor(1, context, initializer=end_with_parent)
    try:
        return _thread.pool.submit(work, *args, **kwargs).result()
    except BrokenExecutor:
        del _thread.pool
        raise


def end_with_parent() -> None:
    """End this child process when its parent ends, also by SIGKILL; otherwise it would wait for work for ever."""

    def watch() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
