"""python -m stages.train METHOD: tuples, images and base -> data/models/METHOD, a checkpoint and history.csv."""

from functools import partial

import torch

from stages.common.clip.checkpoint import CONFIG, HISTORY, MODELS, WEIGHTS, load_checkpoint, read_config
from stages.common.clip.embed import best_device
from stages.common.clip.interpolation import interpolate
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block, read_seed, target_name
from stages.common.files.tables import release_memory
from stages.common.run import RunOptions
from stages.common.training import distributed
from stages.common.training.batches import as_rows, check_divisible, worker_count
from stages.common.training.images import read_images
from stages.common.training.job import Job, run_job, write_trained
from stages.common.training.optimizer import Plan
from stages.train.adapters import add_adapters
from stages.train.examples import TUPLES, all_batches, read_examples
from stages.train.freeze import freeze
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions

BASE = MODELS / "base"


def train(method: str, options: TrainOptions, run: RunOptions, seed: int, device: torch.device) -> None:
    """The stage in one of `distributed.world()` processes."""
    own, shared = options.methods[method], options.shared(method)
    loss = LOSSES[own.loss]
    examples = read_examples(loss.reads_captions)
    batches = all_batches(examples["train"].sets, shared, seed)
    clip = load_checkpoint(BASE, device)
    freeze(clip.model, shared.freeze)
    merge_adapters = add_adapters(clip.model, shared.adapters, seed) if shared.adapters else lambda: None
    if run.grad_checkpointing:
        clip.model.set_grad_checkpointing()
    augment = shared.augment.model_dump()
    images = read_images(clip, worker_count(run.workers, device), shared.freeze, "train", **augment)
    rows, tokens = as_rows(examples, images, clip.tokenizer)
    del examples  # all texts as strings
    release_memory()
    how = shared.model_dump(include=set(Plan._fields))
    plan = Plan(partial(loss.function, options=own), len(batches), seed, run.checkpoint_every, **how)
    settings = [method, seed, own.model_dump(), shared.model_dump()]
    files = [TUPLES, images.path, BASE / WEIGHTS, BASE / CONFIG, *code_files("train")]
    history = run_job(Job(method, clip, images, rows, tokens, batches, plan, content_key(settings, files)))
    if distributed.rank() == 0:
        merge_adapters()
        base = load_checkpoint(BASE)
        tuned = {name: value.cpu() for name, value in clip.model.state_dict().items()}
        base.model.load_state_dict(interpolate(base.model.state_dict(), tuned, shared.alpha))
        write_trained(method, base, read_config(BASE), history)


def main(arguments: list[str]) -> None:
    options, run, seed = read_block("train", TrainOptions), read_block("run", RunOptions), read_seed()
    method = target_name(arguments, options.methods, "train.methods of params.yaml")
    if (folder := MODELS / method).is_dir() and not (folder / HISTORY).is_file():
        raise InputError(f"{folder} was not trained here; it may be a rival of that name: delete it first")
    device = best_device(run.device)
    count = distributed.processes(run.processes, device)
    shared = options.shared(method)
    check_divisible(shared.batch_size, shared.accumulate, count)
    if count > 1 and not distributed.started():
        distributed.launch(count, "stages.train", method)
    else:
        distributed.start(device)
        train(method, options, run, seed, device)


if __name__ == "__main__":
    run_stage(partial(distributed.report_errors, main))
