"""Functions of a part, for processes to import."""

import os
import signal
import time
from pathlib import Path

import pyarrow as pa

from stages.common.files.errors import InputError

LOGGED = "calls.txt"


def numbers(n: int) -> pa.Table:
    """0 to n - 1; the call is logged."""
    with open(LOGGED, "a", encoding="utf-8") as file:
        file.write(f"{n}\n")
    return pa.table({"n": range(n)})


def stop_on(n: int, which: int) -> pa.Table:
    """`numbers`; the process is killed in part `which`."""
    table = numbers(n)
    if n == which:
        os.kill(os.getpid(), signal.SIGKILL)
    return table


def stop_once(n: int) -> pa.Table:
    """`numbers`; the process is killed in part 2, the first time."""
    marker = Path("killed")
    if n == 2 and not marker.exists():
        marker.touch()
        return stop_on(n, 2)
    return numbers(n)


def refuse(n: int) -> pa.Table:
    """A mistake in the input."""
    numbers(n)
    raise InputError(f"row {n} is empty; fix it")


def wait(n: int) -> pa.Table:
    """Never ends."""
    Path(f"waiting-{os.getpid()}").touch()
    time.sleep(600)
    return numbers(n)
