"""The file from which an interrupted run goes on."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import torch

from stages.common.files import write_beside


def run_key(settings: object, inputs: Iterable[str]) -> str:
    """A hash of the settings (anything JSON holds) and of the input files' content."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in inputs:
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def write_state(path: Path, key: str, state: dict) -> None:
    """Write a run's state, whole or not at all."""
    with write_beside(path) as beside:
        torch.save({"key": key, **state}, beside)


def read_state(path: Path, key: str) -> dict | None:
    """The state of the run with this key; None where there is none, or a line on stderr where it is another's."""
    if not path.is_file():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.pop("key") == key:
        return state
    print(f"{path} is of other parameters or inputs: starting from base", file=sys.stderr)
    return None
