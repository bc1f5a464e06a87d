"""Tiny runs of the loop that several processes share: python -m tests.common.training.joined FOLDER, under torchrun.

Each process leaves its weights after each of RUNS in FOLDER; test_distributed.py makes the same runs in one process.
"""

import copy
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import open_clip
import torch

from stages.common.clip.embed import pixel_encoder
from stages.common.training import distributed
from stages.common.training.batches import Examples, load, loader, shard_batches
from stages.common.training.images import table_pixels
from stages.common.training.loop import Hooks, train_model
from stages.common.training.optimizer import Plan
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from tests.project import jpeg, tiny_clip, tiny_model, write_jpegs
from tests.train.project import OPTIONS

STEPS, SAVED, CPU = 6, 3, torch.device("cpu")  # the state after step 3 is kept
FOLDER = TemporaryDirectory()
TABLE = write_jpegs(Path(FOLDER.name), [jpeg(i) for i in range(10)])
RUNS = {method: {"method": method, "accumulate": 1} for method in sorted(LOSSES)}
RUNS |= {f"{method} in shards": {"method": method, "accumulate": 2} for method in sorted(LOSSES)}
RUNS |= {f"{kind} model": {"method": "ours", "accumulate": 1, "kind": kind} for kind in ("unread", "normalised")}
RUNS |= {"checkpointed model": {"method": "ours", "accumulate": 2, "kind": "checkpointed"}}


def model_of(kind: str) -> open_clip.CLIP:
    """A tiny CLIP: plain; with a parameter that nothing reads, as SigLIP's; with batch normalisation; checkpointed."""
    model, _ = tiny_model()
    if kind == "unread":
        model.logit_bias = torch.nn.Parameter(torch.tensor(-10.0))
    if kind == "checkpointed":
        model.set_grad_checkpointing()
    if kind == "normalised":
        model.visual.conv1 = torch.nn.Sequential(model.visual.conv1, torch.nn.BatchNorm2d(16))
    return model


def run(method: str, accumulate: int, kind: str = "plain", state: dict | None = None) -> tuple[open_clip.CLIP, dict]:
    """The model after STEPS over batches of 8 of 24 tuples, some of them without an image, and the state after SAVED."""
    rng, saved, model = np.random.default_rng(0), [], model_of(kind)
    images = rng.integers(10, size=(24, 3))
    images[::3, 2] = -1
    texts, captions = rng.integers(12, size=(24, 3)), rng.integers(12, size=24)
    tokens = torch.from_numpy(rng.integers(1, 400, size=(12, 12), dtype=np.int32))
    batches = [(number, rng.permutation(24)[:8]) for number in range(STEPS)][state["step"] if state else 0 :]
    shards = shard_batches(batches, accumulate, distributed.rank(), distributed.world())
    reader = partial(table_pixels, TABLE, tiny_clip().transform)
    examples = Examples(np.full(24, "random"), images, texts, captions)
    collate = partial(load, examples=examples, tokens=tokens, open_reader=reader, seed=0)
    loss = partial(LOSSES[method].function, options=TrainOptions(**OPTIONS).methods[method])
    hooks = Hooks(save=lambda state: saved.append(copy.deepcopy(state)))
    plan = Plan(loss, STEPS, 0, SAVED, 8, 0.001, 0.01, 2, clip_norm=1e6, accumulate=accumulate)  # never clipped
    train_model(model, pixel_encoder(model), loader(shards, collate, 0, CPU), plan, hooks, copy.deepcopy(state))
    return model, saved[0] if saved else {}


def main() -> None:
    torch.cpu.get_capabilities = dict  # single precision, as bf16 rounds otherwise in shards of another size
    distributed.start(CPU)
    found = {}
    for name, how in RUNS.items():
        model, state = run(**how)
        found[name] = {"weights": model.state_dict(), "state": state}
    agreements = [distributed.agree("all"), distributed.agree(f"process {distributed.rank()}")]
    torch.save({"runs": found, "agree": agreements}, Path(sys.argv[1]) / f"{distributed.rank()}.pt")


if __name__ == "__main__":
    main()
