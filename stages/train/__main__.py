"""python -m stages.train METHOD: tuples, images and base -> data/models/METHOD, a checkpoint and history.csv."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.clip import (
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
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside
from stages.common.keys import code_of, content_key
from stages.common.params import read_block, read_seed
from stages.common.run import RunOptions
from stages.common.wise_ft import interpolate
from stages.train import parallel
from stages.train.batches import all_batches, rows_of
from stages.train.inputs import (
    BASE,
    CAPTIONS,
    FEATURES,
    IMAGES,
    TRIPLES,
    TUPLES,
    Tuples,
    read_features,
    read_jpegs,
    read_tuples,
    tokenised,
)
from stages.train.live import start_live
from stages.train.load import DECODED, Source, augmentation, embedding_reader, loader, opened, pixel_reader, share
from stages.train.loop import TIMINGS, Hooks, Plan, fine_tune, optimizer_steps
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from stages.train.resume import read_state, write_state
from stages.train.validate import Questions, validate
from stages.train.weights import freeze

LIVE = Path("data/live")  # beside the models: DVC removes an output before its stage runs


def read_options() -> tuple[str, TrainOptions, RunOptions, int]:
    """The method named on the command line, and the parameters."""
    options = read_block("train", TrainOptions)
    if len(sys.argv) != 2 or sys.argv[1] not in options.methods:
        raise InputError(f"name one of train.methods, {', '.join(options.methods)}: python -m stages.train METHOD")
    return sys.argv[1], options, read_block("run", RunOptions), read_seed()


def plan_batches(tuples: Tuples, options: TrainOptions, seed: int) -> list[tuple[int, np.ndarray]]:
    """The run's batches, numbered; InputError where there are none, or too few for the warm-up."""
    size = options.batch_size * parallel.world()
    batches = list(enumerate(all_batches(tuples.sets, options.sets, size, options.epochs, seed)))
    if not batches:
        there = ", ".join(np.unique(tuples.sets))
        raise InputError(f"params.yaml: train.sets weighs none of {there}, the sets of {TUPLES}")
    optimizer_steps(len(batches), options)
    return batches


def image_sources(options: TrainOptions, workers: int, transform, shared: Path) -> tuple[np.ndarray, Source, Source]:
    """The ids of the images, what reads them for training, and what for validation.

    Where workers decode, their files are written to `shared`.
    """
    if options.freeze == "image":
        ids, embeddings = read_features()
        return ids, partial(embedding_reader, embeddings), partial(embedding_reader, embeddings)
    ids, jpegs = read_jpegs()
    if workers:
        if parallel.rank() == 0:
            share(jpegs, shared)
        parallel.wait()
        jpegs = shared
    augment = augmentation(**options.augment.model_dump())
    train = partial(pixel_reader, jpegs, transform, augment, DECODED // max(1, workers))
    return ids, train, partial(pixel_reader, jpegs, transform, None, 0)


def write(method: str, model: torch.nn.Module, alpha: float, history: list[dict]) -> None:
    """The checkpoint, interpolated with base, and the history without what differs from run to run."""
    base, _, tokenizer = load_checkpoint(BASE)
    tuned = {name: value.cpu() for name, value in model.state_dict().items()}
    base.load_state_dict(interpolate(base.state_dict(), tuned, alpha))
    with write_beside(MODELS / method) as beside:
        beside.mkdir()
        write_checkpoint(beside, base, read_config(BASE), tokenizer)
        pd.DataFrame(history).drop(columns=list(TIMINGS)).to_csv(beside / "history.csv", index=False)


def main() -> None:
    method, options, run, seed = read_options()
    loss, device = LOSSES[method], best_device(run.device)
    parallel.start(device)
    tuples = read_tuples(loss.reads_captions)
    batches = plan_batches(tuples["train"], options, seed)
    model, transform, tokenizer = load_checkpoint(BASE, device)
    train, val = tuples["train"], tuples.get("val")
    said = [train.texts, train.captions, *([val.texts] if val else [])]
    (texts, captions, *val_texts), tokens = tokenised(tokenizer, said)
    freeze(model, options.freeze)
    cached = options.freeze == "image"
    workers, images, encode = (0, FEATURES, unit_length) if cached else (run.workers, IMAGES, pixel_encoder(model))
    shared, resume = MODELS / f".{method}-images.arrow", MODELS / f".{method}-resume.pt"
    ids, source, plain = image_sources(options, workers, transform, shared)
    own = options.methods[method].model_dump()
    key = content_key(
        [method, seed, parallel.world(), own, options.model_dump(exclude={"methods"})],
        [TUPLES, TRIPLES, CAPTIONS, images, BASE / WEIGHTS, BASE / CONFIG, *code_of("train")],
    )
    state = read_state(resume, key)
    done = state["step"] * options.accumulate if state else 0
    loaded = loader(
        batches[done:],
        workers,
        device.type == "cuda",
        images=rows_of(train.images, ids, images),
        texts=texts,
        captions=captions,
        tokens=tokens,
        source=source,
        seed=seed,
        part=(parallel.rank(), parallel.world()),
    )
    bound = partial(loss.function, options=options.methods[method])
    plan = Plan(bound, options, len(batches), seed, run.checkpoint_every)
    hooks = Hooks()
    if parallel.rank() == 0:
        hooks = Hooks(partial(write_state, resume, key), start_live(LIVE / method, state["history"] if state else []))
        if val:
            questions = Questions(val.sets, rows_of(val.images, ids, images), *val_texts, tokens)

            def show(rows: np.ndarray) -> torch.Tensor:
                return encode(opened(plain)(rows, [()] * len(rows)).to(device))  # (P, D)

            hooks = hooks._replace(validate=partial(validate, model, show, questions))
    history = fine_tune(model, encode, iter(loaded), plan, hooks, state)
    if parallel.rank() == 0:
        write(method, model, options.alpha, history)
        for path in (resume, shared):
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    run_stage(main)
