"""Ratios of training steps, in one run: python -m tools.benchmarks.train_speed.

- a step of drive against one of clip on the same batch in memory (wanted: at most 1.05);
- tuples a second with a frozen image tower from cached features against the full model (at least 5);
- end to end, JPEGs decoded and mirrored by workers, against the same model on a batch in memory (at least 0.9).

With a GPU: python -m tools.benchmarks.train_speed --model ViT-B-32 --size 224 --batch 256 --workers 14
reports the share of the GPU's bf16 peak, end to end and in memory, and the GPU's memory besides. Weights are random and
the photos generated: this is speed alone. The options are those of params.yaml.
"""

import argparse
import io
import itertools
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
from stages.common.clip.embed import best_device, pixel_encoder, unit_length
from stages.common.files.params import read_block
from stages.common.training.images import DECODED, embedding_reader, loader, pixel_reader
from stages.common.files.tables import SCHEMAS, write_parts
from stages.train.batches import all_batches, own_parts
from stages.common.training.batches import Batch, augmentation, copied, load
from stages.common.training.loop import Plan, advance, make_tools
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from stages.train.freeze import freeze
from tools.benchmarks.timing import alternate

PHOTOS, TUPLES = 512, 4096
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}  # dense bf16 FLOP/s, NVIDIA's data sheets


def photo(seed: int, size: int) -> bytes:
    """A JPEG as detailed as a photo: noise at several scales, 4:3, its short side `size`."""
    rng, shape = np.random.default_rng(seed), (size * 4 // 3, size)
    layers = [
        np.asarray(Image.fromarray(rng.integers(256, size=(n, n, 3), dtype=np.uint8)).resize(shape, Image.BICUBIC))
        for n in (3, 8, 24, 64)
    ]
    file = io.BytesIO()
    mixed = np.average(layers, axis=0, weights=(8, 4, 2, 1)).astype(np.uint8)
    Image.fromarray(mixed).save(file, "JPEG", quality=90)
    return file.getvalue()


def write_photos(folder: Path, size: int) -> Path:
    """A table of images."""
    rows = [{"image_id": i, "width": size * 4 // 3, "height": size, "jpeg": photo(i, size)} for i in range(PHOTOS)]
    write_parts(folder, [pa.Table.from_pylist(rows, SCHEMAS["images"])], SCHEMAS["images"])
    return folder


class Side:
    """A model in training on batches: `run(steps)` takes that many optimizer steps."""

    def __init__(self, model, encode, batches, method: str = "drive"):
        options = read_block("train", TrainOptions).model_copy(update={"accumulate": 1})
        loss = partial(LOSSES[method].function, options=options.methods[method])
        self.plan = Plan(loss, options, steps=10**6, seed=0, save_every=10**6)
        self.tools, self.batches = make_tools(model, encode, self.plan.steps, options), batches

    def run(self, steps: int) -> None:
        for _ in range(steps):
            advance(self.tools, self.batches, 1, self.plan)


def build(args) -> tuple:
    """A model, its transform and its tokens of 500 short texts."""
    torch.manual_seed(0)
    model, _, transform = open_clip.create_model_and_transforms(
        args.model, force_image_size=args.size, device=best_device()
    )
    words = [f"man number {i} riding horse" for i in range(500)]
    tokens = open_clip.get_tokenizer(args.model)(words).int()
    return model.train(), transform, tokens


def items(batch: int):
    """Endless numbered batches of tuples."""
    batches = enumerate(all_batches(np.full(TUPLES, "x"), {"x": 1.0}, batch, 400 * batch // 64, 0))
    return own_parts(batches, accumulate=1, rank=0, world=1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="compact")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--steps", type=int, default=3, help="of a block")
    parser.add_argument("--blocks", type=int, default=5)
    args = parser.parse_args()
    device, rng = best_device(), np.random.default_rng(0)
    model, transform, tokens = build(args)
    frozen, _, _ = build(args)
    freeze(frozen, "image")
    folder = TemporaryDirectory()
    table = write_photos(Path(folder.name) / "images", args.size)
    how = {
        "images": rng.integers(PHOTOS, size=(TUPLES, 2)),
        "texts": rng.integers(500, size=(TUPLES, 2)),
        "captions": np.full(TUPLES, -1),
        "tokens": tokens,
        "seed": 0,
    }
    features = rng.normal(size=(PHOTOS, model.text_projection.shape[1])).astype(np.float16)
    pin = device.type == "cuda"

    def read_by(source, workers: int):
        return copied(loader(items(args.batch), partial(load, source=source, **how), workers, pin), device)

    memory = DECODED // max(1, args.workers)
    pixels = partial(pixel_reader, table, transform, augmentation([1.0, 1.0], flip=True), memory)
    first = next(read_by(pixels, 0))
    batch = Batch(*(part.to(device) for part in first))._replace(present=first.present, tokens=first.tokens)
    synthetic = Side(model, pixel_encoder(model), itertools.repeat(batch))
    control = Side(model, pixel_encoder(model), itertools.repeat(batch), "clip")
    whole = Side(model, pixel_encoder(model), read_by(pixels, args.workers))
    cached = Side(frozen, unit_length, read_by(partial(embedding_reader, features), 0))
    whole.run(1), cached.run(1)

    def end_to_end():  # what workers read ahead during the other sides' blocks was used up before
        whole.run(args.steps)

    for side in (synthetic, control):
        side.run(1)
    taken = alternate(
        {
            "clip": lambda: control.run(args.steps),
            "drive": lambda: synthetic.run(args.steps),
            "cached": lambda: cached.run(5 * args.steps),
            "ahead": lambda: whole.run(4 * args.workers),
            "whole": end_to_end,
        },
        args.blocks,
    )
    report(args, taken, batch, synthetic, device)


def report(args, taken: dict[str, float], batch: Batch, side: Side, device: torch.device) -> None:
    images, tuples = len(batch.images) * args.steps, args.batch * args.steps
    print(f"{args.model}, {args.size} px, {args.batch} tuples of 2 images, {args.workers} workers, {device}")
    print(f"drive / clip, seconds of a step: {taken['drive'] / taken['clip']:.3f}")
    rates = 5 * tuples / taken["cached"], tuples / taken["whole"]
    print(f"cached features {rates[0]:.0f} tuples/s, full {rates[1]:.0f}: {rates[0] / rates[1]:.1f} times")
    rates = images / taken["whole"], images / taken["drive"]
    print(f"end to end {rates[0]:.0f} images/s, in memory {rates[1]:.0f}: {rates[0] / rates[1]:.2f}")
    with FlopCounterMode(display=False) as counter:
        side.run(1)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    peak = next((peak for model, peak in PEAKS.items() if model in name), None)
    for how, seconds in (("end to end", taken["whole"]), ("in memory", taken["drive"])):
        flops = counter.get_total_flops() * args.steps / seconds
        share = f", {100 * flops / peak:.0f}% of the bf16 peak" if peak else ""
        print(f"{how}: {tuples / seconds:.0f} tuples/s, {flops / 1e12:.3f} TFLOP/s{share}")
    if device.type == "cuda":
        print(f"{name}, {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB at most")


if __name__ == "__main__":
    main()
