"""python -m stages.train METHOD: tuples, images and base -> data/train/METHOD/{checkpoint,history.csv}."""

import hashlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.clip import best_device, decode, load_checkpoint, read_config, save_checkpoint
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, read_table
from stages.train.batches import all_batches, epoch_batches, tuple_arrays
from stages.train.loop import fine_tune
from stages.train.losses import LOSSES

INPUTS = {
    "tuples": "data/negatives/tuples.parquet",
    "triples": "data/triples/triples.parquet",
    "images": "data/captions/images.parquet",
    "base": "data/train/base/checkpoint/open_clip_model.safetensors",
}


def run_key(method: str, params: dict) -> str:
    """A hash of the method, the parameters and the inputs: a checkpoint of another run is never resumed."""
    digest = hashlib.sha256(json.dumps([method, params["seed"], params["train"]], sort_keys=True).encode())
    for path in INPUTS.values():
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def tensors(rows: Iterator[np.ndarray], images, texts, jpegs, transform, tokenizer) -> Iterator[tuple]:
    """Batches of rows as (pixels (P, 3, H, W), tokens (B, K+1, L), present (B, K+1))."""
    for batch in rows:
        ids = images[batch]  # (B, K+1)
        present = ids >= 0
        pixels = torch.stack([transform(decode(jpegs[i])) for i in ids[present]])  # (P, 3, H, W)
        tokens = tokenizer(texts[batch].ravel().tolist()).unflatten(0, ids.shape)  # (B, K+1, L)
        yield pixels, tokens, torch.from_numpy(present)


def main() -> None:
    method, params = sys.argv[1], load_params()
    if method not in LOSSES:
        raise InputError(f"method {method!r} is unknown; use one of {', '.join(LOSSES)}")
    options = params["train"]
    tuples = read_table(INPUTS["tuples"], SCHEMAS["tuples"]).to_pandas()
    tuples = tuples[tuples["split"] == "train"].reset_index(drop=True)
    if tuples.empty:
        raise InputError(f"{INPUTS['tuples']} has no tuples of split train; give more captioned images")
    triples = read_table(INPUTS["triples"], SCHEMAS["triples"], ["triple_id", "image_id", "text"])
    images, texts = tuple_arrays(tuples, triples.to_pandas().set_index("triple_id"))
    table = read_table(INPUTS["images"], SCHEMAS["images"], ["image_id", "jpeg"])
    jpegs = table.to_pandas().set_index("image_id")["jpeg"].to_dict()
    sets, plan = tuples["set"].to_numpy(), (options["sets"], options["batch_size"])
    per_epoch = len(epoch_batches(sets, *plan, params["seed"], 0))
    torch.manual_seed(params["seed"])
    model, transform, tokenizer = load_checkpoint("data/train/base/checkpoint", best_device())
    resume = Path(f"data/train/.{method}-{run_key(method, params)}.pt")
    done = torch.load(resume, map_location="cpu", weights_only=True)["step"] if resume.is_file() else 0
    rows = itertools.islice(all_batches(sets, *plan, options["epochs"], params["seed"]), done, None)
    batches = tensors(rows, images, texts, jpegs, transform, tokenizer)
    history = fine_tune(model, batches, per_epoch * options["epochs"], LOSSES[method], options, resume)
    save_checkpoint(f"data/train/{method}/checkpoint", model, read_config("data/train/base/checkpoint"))
    with write_beside(f"data/train/{method}/history.csv") as beside:
        pd.DataFrame(history).to_csv(beside, index=False)
    resume.unlink(missing_ok=True)


if __name__ == "__main__":
    run_stage(main)
