"""python -m stages.train METHOD: tuples, images and base -> data/models/METHOD, a checkpoint and history.csv."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.clip.frozen_tower import hold_backbones
from stages.common.clip.clip import (
    CONFIG,
    MODELS,
    WEIGHTS,
    best_device,
    load_checkpoint,
    pixel_encoder,
    read_config,
    unit_length,
    write_checkpoint,
)
from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside
from stages.common.clip.finish import About, finish, licence_of
from stages.common.files.cache_keys import code_of, content_key
from stages.common.files.params import read_block, read_seed
from stages.common.training.reading import Source, loader, opened, workers
from stages.common.run import RunOptions
from stages.common.files.tables import release_memory
from stages.common.clip.wise_ft import interpolate
from stages.train import parallel
from stages.train.adapters import add_adapters
from stages.train.batches import TRIPLES, all_batches, check_parts, own_parts
from stages.train.inputs import BASE, CAPTIONS, TUPLES, Tuples, as_rows, read_images, read_tuples
from stages.train.live import start_live
from stages.train.load import copied, load
from stages.train.loop import TIMINGS, Encoder, Hooks, Plan, fine_tune
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from stages.train.resume import read_shared, write_state
from stages.train.validate import Questions, validate
from stages.train.weights import freeze

MOST = 200_000_000  # tuples of a run, 8 bytes each in memory
LIVE = Path("data/live")  # beside the models: DVC removes an output before its stage runs


def read_options() -> tuple[str, TrainOptions, RunOptions, int]:
    """The method named on the command line, and the parameters."""
    options = read_block("train", TrainOptions)
    if len(sys.argv) != 2 or sys.argv[1] not in options.methods:
        raise InputError(f"name one of train.methods, {', '.join(options.methods)}: python -m stages.train METHOD")
    if (folder := MODELS / sys.argv[1]).is_dir() and not (folder / "history.csv").is_file():
        raise InputError(f"{folder} is no model that was trained here, but maybe a rival of that name; delete it first")
    return sys.argv[1], options, read_block("run", RunOptions), read_seed()


def plan_batches(tuples: Tuples, options: TrainOptions, seed: int) -> list[tuple[int, np.ndarray]]:
    """The run's batches, numbered; InputError where there are none, or too few for the warm-up."""
    names, counts = np.unique(tuples.sets, return_counts=True)
    each = (max(options.batch_size, options.sets.get(name, 0) * count) for name, count in zip(names, counts))
    if (drawn := options.epochs * sum(each)) > MOST:
        raise InputError(
            f"params.yaml: train.epochs, train.sets and train.batch_size draw {drawn:.1e} tuples, {MOST:.0e} at most; "
            "lower them"
        )
    batches = list(enumerate(all_batches(tuples.sets, options.sets, options.batch_size, options.epochs, seed)))
    if not batches:
        raise InputError(f"params.yaml: train.sets weighs none of {', '.join(names)}, the sets of {TUPLES}")
    if options.warmup >= len(batches):
        raise InputError(
            f"params.yaml: train.warmup {options.warmup} is not below the run's {len(batches)} steps; "
            "lower it, or give more epochs or captions"
        )
    return batches


def run_key(method: str, options: TrainOptions, seed: int, images: str) -> str:
    """A hash of all that a run's weights hang on; `images` is the table of images."""
    own = options.methods[method].model_dump()
    settings = [method, seed, own, options.model_dump(exclude={"methods"})]
    files = [TUPLES, TRIPLES, CAPTIONS, images, BASE / WEIGHTS, BASE / CONFIG]
    return content_key(settings, [*files, *code_of("train")])


def show(encode: Encoder, source: Source, device: torch.device, rows: np.ndarray) -> torch.Tensor:
    """Embeddings (P, D) of the images `rows` (P,) as they are."""
    return encode(opened(source)(rows, [()] * len(rows)).to(device))  # (P, D)


def write(method: str, model: torch.nn.Module, options: TrainOptions, history: list[dict]) -> None:
    """The checkpoint, interpolated with base, the history without what differs from run to run, and what `finish`
    adds."""
    base, transform, tokenizer = load_checkpoint(BASE)
    tuned = {name: value.cpu() for name, value in model.state_dict().items()}
    base.load_state_dict(interpolate(base.state_dict(), tuned, options.alpha))
    details = {"Base": "the model base, a folder beside this one", "Data": "tuples of the training split"}
    details |= {"Method": method, "Options of the method": options.methods[method].model_dump()}
    details |= {"Parameters": options.model_dump(exclude={"methods"})}
    description = f"A CLIP fine-tuned by the method `{method}` of DRIVE on tuples of an anchor and its hard negatives."
    about = About(method, description, licence_of(BASE), details)
    with write_beside(MODELS / method) as beside:
        beside.mkdir()
        write_checkpoint(beside, base, read_config(BASE), tokenizer)
        pd.DataFrame(history).drop(columns=list(TIMINGS)).to_csv(beside / "history.csv", index=False)
        finish(beside, (base.to(model.logit_scale.device), transform, tokenizer), about)


def read_base(options: TrainOptions, run: RunOptions, seed: int, device: torch.device) -> tuple:
    """Base with what is to train, its transform and its tokenizer, and a function that makes it a plain model again."""
    model, transform, tokenizer = load_checkpoint(BASE, device)
    freeze(model, options.freeze)
    merge = add_adapters(model, options.adapters, seed) if options.adapters else lambda: None
    if run.grad_checkpointing:
        model.set_grad_checkpointing()
    return model, transform, tokenizer, merge


def train(method: str, options: TrainOptions, run: RunOptions, seed: int, device: torch.device) -> None:
    """The stage in this process, one of `parallel.world()`."""
    loss = LOSSES[method]
    tuples = read_tuples(loss.reads_captions)
    batches = plan_batches(tuples["train"], options, seed)
    model, transform, tokenizer, merge = read_base(options, run, seed, device)
    held = hold_backbones(model, transform, "train.freeze") if options.freeze == "backbones" else None
    encode = held.encode if held else unit_length if options.freeze == "image" else pixel_encoder(model)
    resume = MODELS / f".{method}-resume.pt"
    images = read_images(options, workers(run.workers, device), transform, held)
    rows, tokens = as_rows(tuples, images, tokenizer)
    del tuples  # all texts as strings
    release_memory()
    key = run_key(method, options, seed, images.path)
    state = read_shared(resume, key)
    mine = own_parts(batches[state["step"] if state else 0 :], options.accumulate, parallel.rank(), parallel.world())
    collate = partial(
        load,
        images=rows["train"].images,
        texts=rows["train"].texts,
        captions=rows["train"].captions,
        tokens=tokens,
        source=images.source,
        seed=seed,
    )
    loaded = loader(mine, collate, images.workers, device.type == "cuda")
    bound = partial(loss.function, options=options.methods[method])
    plan = Plan(bound, options, len(batches), seed, run.checkpoint_every)
    hooks, first = Hooks(), parallel.rank() == 0
    if first:
        hooks = Hooks(partial(write_state, resume, key), start_live(LIVE / method, state["history"] if state else []))
    if first and "val" in rows:
        questions = Questions(*rows["val"][:3], tokens)
        check = partial(validate, model, partial(show, encode, images.plain, device), questions)
        hooks = hooks._replace(validate=check)
    history = fine_tune(model, encode, copied(loaded, device), plan, hooks, state)
    opened.cache_clear()  # the pictures that are kept
    release_memory()
    if first:
        merge()
        write(method, model, options, history)
        resume.unlink(missing_ok=True)


def main() -> None:
    method, options, run, seed = read_options()
    device = best_device(run.device)
    count = parallel.processes(run.processes, device)
    check_parts(options.batch_size, options.accumulate, count)
    if count > 1 and not parallel.started():
        parallel.launch(count, "stages.train", method)
    else:
        parallel.start(device)
        train(method, options, run, seed, device)


if __name__ == "__main__":
    run_stage(partial(parallel.reported, main))
