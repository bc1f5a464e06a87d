"""The file from which an interrupted run resumes."""

import sys
from pathlib import Path

import torch

from stages.common.clip.checkpoint import MODELS
from stages.common.files.cache_keys import set_aside
from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.training import distributed


def resume_path(name: str) -> Path:
    """The file with the state of an interrupted run of model `name`."""
    return MODELS / f".{name}-resume.pt"


def write_state(path: Path, key: str, state: dict) -> None:
    """Write a run's state under its cache key, whole or not at all."""
    with write_beside(path) as beside:
        torch.save({"key": key, **state}, beside)


def read_state(path: Path, key: str) -> dict | None:
    """The state of the run with this cache key, or None; a damaged file is set aside, another key's is reported."""
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = state.pop("key")
    except Exception:  # raised by torch.load, zipfile, pickle and others
        set_aside(path)
        return None
    if found == key:
        return state
    print(f"{path} is of other parameters, inputs or code: training starts anew", file=sys.stderr)
    return None


def read_shared(path: Path, key: str) -> dict | None:
    """`read_state` in every process; the first one goes before the others, so that only it reports or renames.

    InputError where processes differ in inputs, parameters or code, or do not read the same state.
    """
    if not distributed.agree(key):
        raise InputError("the machines of this run differ in parameters, inputs or code; give them one shared folder")
    state = read_state(path, key) if distributed.rank() == 0 else None
    distributed.agree("the first process has read")  # waits for it
    if distributed.rank() and path.is_file():
        state = read_state(path, key)
    if not distributed.agree(str(state and state["step"])):
        raise InputError(f"not every machine of this run reads the same {path}; give them one shared folder")
    return state
