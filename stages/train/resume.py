"""The file from which an interrupted run goes on."""

import sys
from pathlib import Path

import torch

from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.cache_keys import put_aside
from stages.train import parallel


def write_state(path: Path, key: str, state: dict) -> None:
    """Write a run's state, whole or not at all."""
    with write_beside(path) as beside:
        torch.save({"key": key, **state}, beside)


def read_state(path: Path, key: str) -> dict | None:
    """The state of the run with this key; None where there is none, or a line on stderr where it is another's.

    A file that cannot be read is put aside.
    """
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = state.pop("key")
    except Exception:  # torch.load lets zipfile's, pickle's and many others through
        put_aside(path)
        return None
    if found == key:
        return state
    print(f"{path} is of other parameters, inputs or code: starting from base", file=sys.stderr)
    return None


def read_shared(path: Path, key: str) -> dict | None:
    """`read_state` in every process, the first one before the others, so that one alone puts aside or speaks.

    InputError where another process has other inputs, parameters or code, or does not find the same state.
    """
    if not parallel.agree(key):
        raise InputError("the machines of this run differ in parameters, inputs or code; give them one shared folder")
    state = read_state(path, key) if not parallel.rank() else None
    parallel.wait()
    if parallel.rank() and path.is_file():
        state = read_state(path, key)
    if not parallel.agree(str(state and state["step"])):
        raise InputError(f"not every machine of this run reads the same {path}; give them one shared folder")
    return state
