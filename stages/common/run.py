"""The block `run` of params.yaml: how a run is done, which changes no result."""

import os
from typing import Annotated, Literal

from pydantic import Field, field_validator

from stages.common.files.params import Block


class RunOptions(Block):
    """See params.yaml."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    processes: Literal["auto"] | Annotated[int, Field(ge=1, le=1024)]
    workers: Literal["auto"] | Annotated[int, Field(ge=0, le=256)]
    checkpoint_every: int = Field(ge=1, le=1_000_000)
    grad_checkpointing: bool
    engine: str

    @field_validator("engine")
    @classmethod
    def known(cls, engine: str) -> str:
        if engine != "local" and "://" not in engine:
            raise ValueError("it takes local, or the address of a Dask scheduler as tcp://HOST:8786")
        return engine


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
