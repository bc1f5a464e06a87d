"""Tiny runs of the loop that several processes share: python -m tests.train.joined FOLDER, under torchrun.

Each process leaves its weights after each of RUNS in FOLDER; tests/train/test_parallel.py makes the same runs in one.
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
from stages.common.training.images import loader, pixel_reader
from stages.train import parallel
from stages.train.batches import own_parts
from stages.common.training.batches import load
from stages.common.training.loop import Hooks, Plan, fine_tune
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from tests.project import SCALING, jpeg, tiny_model, write_jpegs
from tests.train.project import OPTIONS

STEPS, SAVED = 6, 3  # the state after step 3 is kept
FOLDER = TemporaryDirectory()
TABLE = write_jpegs(Path(FOLDER.name), [jpeg(i) for i in range(10)])
RUNS = {method: {"method": method, "accumulate": 1} for method in sorted(LOSSES)}
RUNS |= {f"{method} in parts": {"method": method, "accumulate": 2} for method in sorted(LOSSES)}
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
    changed = {"accumulate": accumulate, "batch_size": 8, "lr": 0.001, "warmup": 2, "clip_norm": 1e6}  # never clipped
    options = TrainOptions(**OPTIONS | changed)
    shown = rng.integers(10, size=(24, 3))
    shown[::3, 2] = -1
    transform = open_clip.transform.image_transform((16, 16), is_train=False, **SCALING)
    how = {
        "images": shown,
        "texts": rng.integers(12, size=(24, 3)),
        "captions": rng.integers(12, size=24),
        "tokens": torch.from_numpy(rng.integers(1, 400, size=(12, 12), dtype=np.int32)),
        "source": partial(pixel_reader, TABLE, transform, None),
        "seed": 0,
    }
    batches = [(number, rng.permutation(24)[:8]) for number in range(STEPS)][state["step"] if state else 0 :]
    parts = own_parts(batches, accumulate, parallel.rank(), parallel.world())
    loss = partial(LOSSES[method].function, options=options.methods[method])
    hooks = Hooks(save=lambda state: saved.append(copy.deepcopy(state)))
    plan = Plan(loss, options, STEPS, seed=0, save_every=SAVED)
    loaded = iter(loader(parts, partial(load, **how), 0, False))
    fine_tune(model, pixel_encoder(model), loaded, plan, hooks, copy.deepcopy(state))
    return model, saved[0] if saved else {}


def main() -> None:
    torch.cpu.get_capabilities = dict  # single precision, as bf16 rounds otherwise in parts of another size
    parallel.start(torch.device("cpu"))
    found = {}
    for name, how in RUNS.items():
        model, state = run(**how)
        found[name] = {"weights": model.state_dict(), "state": state}
    alike, other = parallel.agree("all"), parallel.agree(f"process {parallel.rank()}")
    torch.save({"runs": found, "agree": [alike, other]}, Path(sys.argv[1]) / f"{parallel.rank()}.pt")


if __name__ == "__main__":
    main()
