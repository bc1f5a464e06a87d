"""One training run from start to end, for base and for a method: resumed, sharded, logged, validated and written."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from stages.common.clip.checkpoint import MODELS, save_checkpoint
from stages.common.clip.embed import Clip
from stages.common.files.cache_keys import set_aside
from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.tables import release_memory
from stages.common.training import distributed
from stages.common.training.batches import Examples, load, loader, shard_batches
from stages.common.training.images import ImageData, opened
from stages.common.training.loop import Hooks, train_model
from stages.common.training.optimizer import Plan
from stages.common.training.validate import validate

HISTORIES = Path("data/live")  # not in the model's folder: DVC deletes an output before its stage runs


class Job(NamedTuple):
    """What a run trains on."""

    name: str  # of the model
    clip: Clip
    images: ImageData
    examples: dict[str, Examples]  # of split train, and of val where it is to be validated; as by `as_rows`
    tokens: torch.Tensor  # (T, L)
    batches: list[np.ndarray]  # rows of the training examples, (B,) for each step
    plan: Plan
    key: str  # cache key of everything that changes the weights


def run_job(job: Job) -> list[dict]:
    """Train the job's model in place; its history. An interrupted run resumes from the last state that was saved."""
    plan, path = job.plan, resume_path(job.name)
    resumed = read_shared(path, job.key)
    left = list(enumerate(job.batches))[resumed["step"] if resumed else 0 :]
    shards = shard_batches(left, plan.accumulate, distributed.rank(), distributed.world())
    reader = job.images.open_reader
    collate = partial(load, examples=job.examples["train"], tokens=job.tokens, open_reader=reader, seed=plan.seed)
    batches = loader(shards, collate, job.images.workers, job.clip.device)
    hooks = Hooks()
    if distributed.rank() == 0:
        log = start_history(HISTORIES / job.name, resumed["history"] if resumed else [])
        val = job.examples.get("val")
        check = partial(validate, job.clip, job.images, val, job.tokens) if val else dict
        hooks = Hooks(partial(write_state, path, job.key), log, check)
    history = train_model(job.clip.model, job.images.encode, batches, plan, hooks, resumed)
    opened.cache_clear()  # decoded pictures
    release_memory()
    return history


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


def start_history(folder: Path, history: list[dict]) -> Callable[[dict], None]:
    """Write `history` as DVCLive's tables in `folder` (`dvc plots show data/live -x step`); a function that adds a row.

    Nothing is sent anywhere: DVCLive's own way to end a step asks for DVC Studio.
    """
    os.environ["DVC_STUDIO_OFFLINE"] = "true"
    from dvclive import Live  # imports all of DVC, which decoding processes do not need

    live = Live(str(folder), report=None, save_dvc_exp=False, dvcyaml=None, monitor_system=False)

    def add(row: dict) -> None:
        live.step = row["step"]
        for name, value in row.items():
            if name != "step":
                live.log_metric(name, value)

    for row in history:
        add(row)
    return add


def write_trained(name: str, clip: Clip, config: dict, history: list[dict]) -> None:
    """Write the folder of model `name`, with its history as history.csv, and delete the saved state of the run."""
    table = pd.DataFrame(history, columns=None if history else ["step", "loss"])
    save_checkpoint(MODELS / name, clip.model, config, clip.tokenizer, table)
    resume_path(name).unlink(missing_ok=True)
