"""Ratios of training steps, in one run: python -m tools.benchmarks.train_speed.

- tuples a second with a frozen image tower from cached features to those of the full model (wanted: at least 5);
- end to end, JPEGs decoded and mirrored by workers, to the same model on a batch in memory (at least 0.9).

With a GPU: python -m tools.benchmarks.train_speed --model ViT-B-32 --size 224 --batch 256 --workers 14
reports the share of the GPU's bf16 peak besides. Weights are random and the photos generated: this is speed alone. The
options are those of params.yaml, the loss that of `drive`.
"""

import argparse
import io
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import open_clip
import pyarrow as pa
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

import stages.common.clip.pretrained  # noqa: F401  registers compact
from stages.common.clip.embed import Clip, best_device, pixel_encoder, unit_length
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block
from stages.common.files.tables import SCHEMAS, write_parts
from stages.common.training.batches import Batch, Examples, load, loader, shard_batches
from stages.common.training.images import PIXEL_CACHE, augmented, feature_rows, table_pixels
from stages.common.training.loop import Encoder, advance, first_state
from stages.common.training.optimizer import Plan
from stages.train.freeze import freeze
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions

PHOTOS, TUPLES, TEXTS = 512, 4096, 500
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}  # dense bf16 FLOP/s, NVIDIA's data sheets


def photo(seed: int, size: int) -> bytes:
    """A JPEG as detailed as a photo: noise at several scales, 4:3, its short side `size`."""
    rng, shape = np.random.default_rng(seed), (size * 4 // 3, size)
    layers = [
        np.asarray(Image.fromarray(rng.integers(256, size=(n, n, 3), dtype=np.uint8)).resize(shape, Image.BICUBIC))
        for n in (3, 8, 24, 64)
    ]
    file = io.BytesIO()
    mixed = np.average(layers, axis=0, weights=(8, 4, 2, 1)).astype(np.uint8)  # (H, W, 3)
    Image.fromarray(mixed).save(file, "JPEG", quality=90)
    return file.getvalue()


def random_clip(model: str, size: int) -> Clip:
    """A model of open_clip's with random weights, for pictures of `size` pixels."""
    torch.manual_seed(0)
    made, _, transform = open_clip.create_model_and_transforms(model, force_image_size=size, device=best_device())
    return Clip(made, transform, open_clip.get_tokenizer(model))


def runner(clip: Clip, encode: Encoder, batches: Iterator[Batch]) -> Callable[[int], None]:
    """A function that trains a model so many optimizer steps on batches, and waits for the GPU; one step is done."""
    options = read_block("train", TrainOptions)
    own, shared = options.methods["drive"], options.shared("drive")
    how = shared.model_dump(include=set(Plan._fields)) | {"accumulate": 1}
    plan = Plan(partial(LOSSES[own.loss].function, options=own), steps=10**6, seed=0, save_every=10**6, **how)
    state, _, _ = first_state(clip.model, encode, plan, next(batches), None)

    def run(steps: int) -> None:
        for batch in itertools.islice(batches, steps):
            advance(state, [batch], 1, plan)
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    run(1)
    return run


def side_by_side(works: dict[str, Callable[[], object]], blocks: int) -> dict[str, float]:
    """Median seconds of each work, run in turn `blocks` times after once that is not counted.

    In turn, so that other load on the machine slows all alike.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(blocks + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


def runners(args: argparse.Namespace, table: Path) -> dict[str, Callable[[int], None]]:
    """The trainings to compare. Writes a table of photos."""
    photos = [{"image_id": i, "jpeg": photo(i, args.size)} for i in range(PHOTOS)]
    write_parts(table, [pa.Table.from_pylist(photos, SCHEMAS["images"])], SCHEMAS["images"])
    clip, frozen = (random_clip(args.model, args.size) for _ in range(2))
    freeze(frozen.model, "image")
    rng = np.random.default_rng(0)
    images, texts = (rng.integers(count, size=(TUPLES, 2)) for count in (PHOTOS, TEXTS))
    examples = Examples(np.full(TUPLES, "x"), images, texts, np.full(TUPLES, -1))
    tokens = clip.tokenizer([f"man number {i} riding horse" for i in range(TEXTS)]).int()  # (T, L)
    steps = (args.blocks + 2) * (args.steps + 4 * args.workers) + 2
    shards = shard_batches(enumerate(rng.integers(TUPLES, size=(steps, args.batch))), accumulate=1, rank=0, world=1)

    def batches(open_reader: Callable, workers: int) -> Iterator[Batch]:
        collate = partial(load, examples=examples, tokens=tokens, open_reader=open_reader, seed=0)
        return loader(shards, collate, workers, clip.device)

    features = rng.normal(size=(PHOTOS, clip.model.text_projection.shape[1])).astype(np.float16)  # (M, D)
    mirrored = partial(augmented, crop=(1.0, 1.0), flip=True)
    pixels = partial(table_pixels, table, clip.transform, mirrored, PIXEL_CACHE // max(1, args.workers))
    encode = pixel_encoder(clip.model)
    return {
        "in memory": runner(clip, encode, itertools.repeat(next(batches(pixels, 0)))),
        "end to end": runner(clip, encode, batches(pixels, args.workers)),
        "cached features": runner(frozen, unit_length, batches(partial(feature_rows, features), 0)),
    }


def report(args: argparse.Namespace, seconds: dict[str, float], flops: int) -> None:
    """Print rates and ratios from the seconds of a step; `flops` of one in memory."""
    print(f"{args.model}, {args.size} px, {args.batch} tuples of 2 images, {args.workers} workers, {best_device()}")
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    peak = next((peak for model, peak in PEAKS.items() if model in name), None)
    for way, step in seconds.items():
        share = f", {100 * flops / step / peak:.0f}% of the bf16 peak" if peak and way != "cached features" else ""
        print(f"{way}: {args.batch / step:.0f} tuples/s{share}")
    print(f"cached features / end to end: {seconds['end to end'] / seconds['cached features']:.1f}")
    print(f"end to end / in memory: {seconds['in memory'] / seconds['end to end']:.2f}")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--steps", type=int, default=3, help="of a block")
    parser.add_argument("--blocks", type=int, default=5)
    args = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        ways, works = runners(args, Path(folder) / "images"), {}
        for way, run in ways.items():
            if way == "end to end":
                works["not counted"] = partial(run, 4 * args.workers)  # takes what was read ahead during other works
            works[way] = partial(run, args.steps)
        seconds = side_by_side(works, args.blocks)
        with FlopCounterMode(display=False) as counter:
            ways["in memory"](1)
    report(args, {way: seconds[way] / args.steps for way in ways}, counter.get_total_flops())


if __name__ == "__main__":
    run_stage(main)
