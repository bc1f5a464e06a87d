"""python -m stages.base: a CLIP as it is, or trained on the whole captions -> data/models/base."""

import pandas as pd
import torch

from stages.base.examples import check_length, epoch_batches, read_examples
from stages.base.options import BaseOptions
from stages.common.clip.checkpoint import MODELS, write_checkpoint
from stages.common.clip.embed import Clip, best_device
from stages.common.clip.frozen_tower import freeze_backbones
from stages.common.clip.pretrained import make_model
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, read_seed
from stages.common.files.storage import write_beside
from stages.common.run import RunOptions
from stages.common.training.batches import as_rows, worker_count
from stages.common.training.images import IMAGES, backbone_images, pixel_images
from stages.common.training.job import Job, resume_path, run_job
from stages.common.training.loop import TIMINGS, Plan
from stages.common.training.optimizer import OptimizerOptions
from stages.common.training.terms import Embedded, item_contrast

CLIP_NORM, MAX_SCALE = 1.0, 100.0


def caption_loss(batch: Embedded, scale: torch.Tensor) -> torch.Tensor:
    """CLIP's loss over the batch's images and their captions."""
    return item_contrast(batch, scale, offered=batch.present)


def train(clip: Clip, options: BaseOptions, run: RunOptions, seed: int) -> list[dict]:
    """Train a model in place on the whole captions of the training split; its history."""
    examples, rows_by_image = read_examples()
    check_length(len(rows_by_image), options.batch_size, options.epochs, options.warmup)
    workers = worker_count(run.workers, clip.device)
    frozen = options.freeze == "backbones"
    images = backbone_images(freeze_backbones(clip, "base.freeze")) if frozen else pixel_images(clip, workers)
    batches = epoch_batches(rows_by_image, options.batch_size, options.epochs, seed)
    rows, tokens = as_rows({"train": examples}, images, clip.tokenizer)
    how = OptimizerOptions(options.lr, options.weight_decay, options.warmup, CLIP_NORM, MAX_SCALE, options.batch_size)
    plan = Plan(caption_loss, how, len(batches), seed, run.checkpoint_every, batch_statistics=True, block="base")
    files = ["data/captions/captions", IMAGES, options.files, *code_files("base")]
    job = Job("base", clip, images, rows, tokens, batches, plan, content_key([seed, options.model_dump()], files))
    return run_job(job, clip.device)


def main(arguments: list[str]) -> None:
    options, run, seed = read_block("base", BaseOptions), read_block("run", RunOptions), read_seed()
    device = best_device(run.device)
    torch.manual_seed(seed)
    clip, config = make_model("base", options.model, options.pretrained)
    clip.model.to(device, memory_format=torch.channels_last)
    history = train(clip, options, run, seed) if options.epochs else []
    with write_beside(MODELS / "base") as folder:
        folder.mkdir()
        write_checkpoint(folder, clip.model, config, clip.tokenizer)
        columns = {"step": [], "loss": []} if not history else history
        pd.DataFrame(columns).drop(columns=list(TIMINGS), errors="ignore").to_csv(folder / "history.csv", index=False)
    resume_path("base").unlink(missing_ok=True)


if __name__ == "__main__":
    run_stage(main)
