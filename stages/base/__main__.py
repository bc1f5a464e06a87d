"""python -m stages.base: a CLIP as it is, or trained on the whole captions -> data/models/base."""

import torch

from stages.base.examples import all_batches, read_examples
from stages.base.options import BaseOptions
from stages.common.clip.embed import Clip, best_device
from stages.common.clip.pretrained import make_model
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, read_seed
from stages.common.run import RunOptions
from stages.common.training.batches import as_rows, worker_count
from stages.common.training.images import IMAGES, read_images
from stages.common.training.job import Job, run_job, write_trained
from stages.common.training.optimizer import Plan
from stages.common.training.terms import Embedded, item_contrast


def caption_loss(batch: Embedded, scale: torch.Tensor) -> torch.Tensor:
    """CLIP's loss over the batch's images and their captions."""
    return item_contrast(batch, scale, offered=batch.present)


def train(clip: Clip, options: BaseOptions, run: RunOptions, seed: int) -> list[dict]:
    """Train a model in place on the whole captions of the training split; its history."""
    examples, rows_by_image = read_examples()
    batches = all_batches(rows_by_image, options, seed)
    images = read_images(clip, worker_count(run.workers, clip.device), options.freeze, "base")
    rows, tokens = as_rows({"train": examples}, images, clip.tokenizer)
    how = options.model_dump(include=set(Plan._fields))
    plan = Plan(caption_loss, len(batches), seed, run.checkpoint_every, **how, batch_statistics=True, block="base")
    files = ["data/captions/captions", IMAGES, options.files, *code_files("base")]
    key = content_key([seed, options.model_dump()], files)
    return run_job(Job("base", clip, images, rows, tokens, batches, plan, key))


def main(arguments: list[str]) -> None:
    options, run, seed = read_block("base", BaseOptions), read_block("run", RunOptions), read_seed()
    device = best_device(run.device)
    torch.manual_seed(seed)
    clip, config = make_model("base", options.model, options.pretrained)
    clip.model.to(device, memory_format=torch.channels_last)
    write_trained("base", clip, config, train(clip, options, run, seed) if options.epochs else [])


if __name__ == "__main__":
    run_stage(main)
