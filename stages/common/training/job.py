"""One training run from start to end, for base and for a method: resumed, sharded, logged and validated."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from stages.common.clip.checkpoint import MODELS
from stages.common.clip.embed import Clip
from stages.common.files.tables import release_memory
from stages.common.training import distributed
from stages.common.training.batches import Examples, load, loader, shard_batches
from stages.common.training.history import start_history
from stages.common.training.images import ImageData, opened
from stages.common.training.loop import Hooks, Plan, train_model
from stages.common.training.resume import read_shared, write_state
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


def run_job(job: Job, device: torch.device) -> list[dict]:
    """Train the job's model in place; its history. An interrupted run resumes from the last state that was saved."""
    plan, path = job.plan, resume_path(job.name)
    resumed = read_shared(path, job.key)
    done = resumed["step"] if resumed else 0
    numbered = list(enumerate(job.batches))[done:]
    mine = shard_batches(numbered, plan.options.accumulate, distributed.rank(), distributed.world())
    reader = job.images.open_reader
    collate = partial(load, examples=job.examples["train"], tokens=job.tokens, open_reader=reader, seed=plan.seed)
    hooks = Hooks()
    if distributed.rank() == 0:
        log = start_history(HISTORIES / job.name, resumed["history"] if resumed else [])
        hooks = Hooks(partial(write_state, path, job.key), log)
        if "val" in job.examples:
            check = partial(validate, job.clip, job.images, job.examples["val"], job.tokens)
            hooks = hooks._replace(validate=check)
    batches = loader(mine, collate, job.images.workers, device)
    history = train_model(job.clip.model, job.images.encode, batches, plan, hooks, resumed)
    opened.cache_clear()  # decoded pictures
    release_memory()
    return history


def resume_path(name: str) -> Path:
    """The file with the state of an interrupted run of model `name`."""
    return MODELS / f".{name}-resume.pt"
