"""python -m stages.base: a CLIP as it is, or trained on the whole captions -> data/models/base."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import open_clip
import pandas as pd
import torch

from stages.base.options import BaseOptions
from stages.base.scratch import caption_batches, load_pairs, train_from_scratch
from stages.common.clip.frozen_tower import hold_backbones, see_table
from stages.common.clip.clip import MODELS, best_device, evaluation_transform, pixel_encoder, write_checkpoint
from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside
from stages.common.clip.finish import About, finish, licence_of
from stages.common.files.params import read_block, read_seed
from stages.common.clip.pretrained import FOLDER, make_model
from stages.common.training.reading import DECODED, Source, embedding_reader, loader, pixel_reader, rows_of, workers
from stages.common.run import RunOptions
from stages.common.files.tables import SCHEMAS, read_table

IMAGES = "data/captions/images"


def training_steps(options: BaseOptions, images: int) -> int:
    """The steps of training on so many images; InputError where there are too few of either."""
    if images < options.batch_size:
        raise InputError(f"params.yaml: base.batch_size {options.batch_size} exceeds the {images} training images")
    steps = options.epochs * (images // options.batch_size)
    if options.warmup >= steps:
        raise InputError(f"params.yaml: base.warmup {options.warmup} is not below the run's {steps} steps; lower it")
    return steps


class Images(NamedTuple):
    """M pictures of a table, or what held backbones see in them."""

    ids: np.ndarray  # (M,) int64
    source: Source
    encode: Callable[[torch.Tensor], torch.Tensor]  # what `source` reads to unit-length embeddings
    workers: int  # processes that read


def read_images(model: open_clip.CLIP, freeze: str, workers: int) -> Images:
    """Those of IMAGES; pixels are read when they are needed."""
    transform = evaluation_transform(model)
    if freeze == "backbones":
        held = hold_backbones(model, transform, "base.freeze")
        ids, seen = see_table(held, IMAGES)
        return Images(ids, partial(embedding_reader, seen), held.encode, 0)
    ids = read_table(IMAGES, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy()
    source = partial(pixel_reader, IMAGES, transform, memory=DECODED // max(1, workers))
    return Images(ids, source, pixel_encoder(model), workers)


def train(model: open_clip.CLIP, tokenizer: Callable, options: BaseOptions, run: RunOptions, seed: int) -> list[dict]:
    """Train `model` in place on the training split's whole captions; its history."""
    captions = read_table("data/captions/captions", SCHEMAS["captions"]).to_pandas()
    captions = captions[captions["split"] == "train"].reset_index(drop=True)
    groups = captions.groupby("image_id", sort=True).indices
    steps = training_steps(options, len(groups))
    device, tokens = model.logit_scale.device, tokenizer(captions["caption"].tolist())  # (N, L)
    images = read_images(model, options.freeze, workers(run.workers, device))
    rows = rows_of(np.array(list(groups)), images.ids, IMAGES, by="a caption")  # (I,)
    drawn = list(caption_batches(list(groups.values()), options.batch_size, options.epochs, seed))
    load = partial(load_pairs, rows=rows, tokens=tokens, source=images.source)
    batches = loader(drawn, load, images.workers, device.type == "cuda")
    return train_from_scratch(model, images.encode, batches, steps, options)


def about(options: BaseOptions) -> About:
    """What the model card says."""
    folder = options.model.removeprefix(FOLDER) if options.model.startswith(FOLDER) else ""
    if options.pretrained or folder:
        what = "A CLIP of others, trained further" if options.epochs else "A CLIP of others, as it is"
        weights, licence = options.pretrained or f"those of {folder}", licence_of(Path(folder)) if folder else "other"
    else:
        what, weights, licence = "A CLIP trained from scratch", "random", "mit"
    details: dict[str, object] = {"Model": options.model, "Weights": weights}
    if options.epochs:
        trained = options.model_dump(exclude={"model", "pretrained"})
        details |= {"Data": "whole captions of the training split", "Loss": "CLIP's", "Parameters": trained}
    return About("base", f"{what}: where the methods of DRIVE start.", licence, details)


def main() -> None:
    options, seed = read_block("base", BaseOptions), read_seed()
    run = read_block("run", RunOptions)
    device = best_device(run.device)
    torch.manual_seed(seed)
    model, config, tokenizer = make_model("base", options.model, options.pretrained)
    model.to(device, memory_format=torch.channels_last)
    history = train(model, tokenizer, options, run, seed) if options.epochs else []
    with write_beside(MODELS / "base") as folder:
        folder.mkdir()
        write_checkpoint(folder, model, config, tokenizer)
        pd.DataFrame(history, columns=["step", "loss"]).to_csv(folder / "history.csv", index=False)
        finish(folder, (model, evaluation_transform(model), tokenizer), about(options))


if __name__ == "__main__":
    run_stage(main)
