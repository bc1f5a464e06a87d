"""The block `run` of params.yaml: how a run is done. It changes no result, so no stage depends on this file."""

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
    def local_or_address(cls, engine: str) -> str:
        if engine != "local" and "://" not in engine:
            raise ValueError("use local, or the address of a Dask scheduler such as tcp://HOST:8786")
        return engine
