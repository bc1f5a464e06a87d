"""The block `run` of params.yaml: how a run is done, which changes no result."""

from typing import Literal

from pydantic import Field, field_validator

from stages.common.params import Block


class RunOptions(Block):
    """See params.yaml."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    workers: int = Field(ge=0, le=256)
    checkpoint_every: int = Field(ge=1, le=1_000_000)
    engine: str

    @field_validator("engine")
    @classmethod
    def known(cls, engine: str) -> str:
        if engine != "local" and "://" not in engine:
            raise ValueError("it takes local, or the address of a Dask scheduler as tcp://HOST:8786")
        return engine
