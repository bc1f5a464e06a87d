"""One training run from start to end, for base and for a method: resumed, sharded, logged, validated and written."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from stages.common.clip.checkpoint import MODELS, save_checkpoint
from stages.common.clip.embed import Clip
from stages.common.files.tables import release_memory
from stages.common.training import distributed
from stages.common.training.batches import Examples, load, loader, shard_batches
from stages.common.training.images import ImageData, opened
from stages.common.training.loop import TIMINGS, Hooks, train_model
from stages.common.training.optimizer import Plan
from stages.common.training.resume import read_shared, resume_path, write_state
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
        hooks = Hooks(partial(write_state, path, job.key), log)
        if "val" in job.examples:
            check = partial(validate, job.clip, job.images, job.examples["val"], job.tokens)
            hooks = hooks._replace(validate=check)
    history = train_model(job.clip.model, job.images.encode, batches, plan, hooks, resumed)
    opened.cache_clear()  # decoded pictures
    release_memory()
    return history


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
    table = table.drop(columns=list(TIMINGS), errors="ignore")  # they differ from run to run
    save_checkpoint(MODELS / name, clip.model, config, clip.tokenizer, table)
    resume_path(name).unlink(missing_ok=True)
