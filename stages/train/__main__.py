"""python -m stages.train METHOD: tuples, images and base -> data/models/METHOD, a checkpoint and history.csv."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import torch

from stages.common.clip.checkpoint import CONFIG, MODELS, WEIGHTS, load_checkpoint, read_config, write_checkpoint
from stages.common.clip.embed import Clip, best_device
from stages.common.clip.frozen_tower import freeze_backbones
from stages.common.clip.interpolation import interpolate
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block, read_seed, target_name
from stages.common.files.storage import write_beside
from stages.common.files.tables import release_memory
from stages.common.run import RunOptions
from stages.common.training import distributed
from stages.common.training.batches import as_rows, check_divisible, worker_count
from stages.common.training.images import ImageData, augmentation, backbone_images, embedded_images, pixel_images
from stages.common.training.job import Job, resume_path, run_job
from stages.common.training.loop import TIMINGS, Plan
from stages.common.training.optimizer import OptimizerOptions
from stages.train.adapters import add_adapters
from stages.train.examples import TUPLES, all_batches, check_length, read_examples
from stages.train.freeze import freeze
from stages.train.losses import LOSSES
from stages.train.options import SharedOptions, TrainOptions

BASE = MODELS / "base"


def read_base(options: SharedOptions, run: RunOptions, seed: int, device: torch.device) -> tuple[Clip, Callable]:
    """Base, frozen and adapted as `options` say, and a function that merges adapters into its weights."""
    clip = load_checkpoint(BASE, device)
    freeze(clip.model, options.freeze)
    merge = add_adapters(clip.model, options.adapters, seed) if options.adapters else lambda: None
    if run.grad_checkpointing:
        clip.model.set_grad_checkpointing()
    return clip, merge


def read_images(clip: Clip, options: SharedOptions, workers: int) -> ImageData:
    """Pixels, or what is computed once where the image tower or its backbone is frozen."""
    if options.freeze == "image":
        return embedded_images()
    if options.freeze == "backbones":
        return backbone_images(freeze_backbones(clip, "train.freeze"))
    return pixel_images(clip, workers, augmentation(options.augment.crop, options.augment.flip))


def run_key(train: TrainOptions, method: str, seed: int, images: str) -> str:
    """The cache key of everything that changes a run's weights; `images` is the table that is read."""
    settings = [method, seed, train.methods[method].model_dump(), train.shared(method).model_dump()]
    return content_key(settings, [TUPLES, images, BASE / WEIGHTS, BASE / CONFIG, *code_files("train")])


def write_model(method: str, model: torch.nn.Module, alpha: float, history: list[dict]) -> None:
    """The folder of a model: the weights, interpolated with base, and the history without its timings."""
    base = load_checkpoint(BASE)
    tuned = {name: value.cpu() for name, value in model.state_dict().items()}
    base.model.load_state_dict(interpolate(base.model.state_dict(), tuned, alpha))
    with write_beside(MODELS / method) as beside:
        beside.mkdir()
        write_checkpoint(beside, base.model, read_config(BASE), base.tokenizer)
        pd.DataFrame(history).drop(columns=list(TIMINGS)).to_csv(beside / "history.csv", index=False)


def train(method: str, options: TrainOptions, run: RunOptions, seed: int, device: torch.device) -> None:
    """The stage in one of `distributed.world()` processes."""
    own, shared = options.methods[method], options.shared(method)
    loss = LOSSES[own.loss]
    examples = read_examples(loss.reads_captions)
    sets = examples["train"].sets
    batches = list(all_batches(sets, shared.sets, shared.batch_size, shared.epochs, seed))
    check_length(batches, sets, shared.warmup)
    clip, merge = read_base(shared, run, seed, device)
    images = read_images(clip, shared, worker_count(run.workers, device))
    rows, tokens = as_rows(examples, images, clip.tokenizer)
    del examples  # all texts as strings
    release_memory()
    how = OptimizerOptions(**shared.model_dump(include=set(OptimizerOptions._fields)))
    plan = Plan(partial(loss.function, options=own), how, len(batches), seed, run.checkpoint_every)
    job = Job(method, clip, images, rows, tokens, batches, plan, run_key(options, method, seed, images.path))
    history = run_job(job, device)
    if distributed.rank() == 0:
        merge()
        write_model(method, clip.model, shared.alpha, history)
        resume_path(method).unlink(missing_ok=True)


def main(arguments: list[str]) -> None:
    options, run, seed = read_block("train", TrainOptions), read_block("run", RunOptions), read_seed()
    method = target_name(arguments, options.methods, "train.methods of params.yaml")
    if (folder := MODELS / method).is_dir() and not (folder / "history.csv").is_file():
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
