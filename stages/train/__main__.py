"""python -m stages.train METHOD: tuples, images and base -> data/train/METHOD/{checkpoint,history.csv}."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.clip import (
    WEIGHTS,
    best_device,
    load_checkpoint,
    picture,
    pixel_encoder,
    read_config,
    save_checkpoint,
    unit_length,
)
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, features_schema, read_table
from stages.common.wise_ft import interpolate
from stages.train import parallel
from stages.train.batches import all_batches, rows_of, tuple_arrays
from stages.train.load import Reader, augmentation, embedding_reader, loader, pixel_reader
from stages.train.loop import fine_tune
from stages.train.losses import LOSSES, READ_CAPTIONS
from stages.train.resume import read_state, run_key, write_state
from stages.train.weights import freeze

TUPLES, TRIPLES = "data/negatives/tuples.parquet", "data/triples/triples.parquet"
CAPTIONS = "data/captions/captions.parquet"
IMAGES, FEATURES = "data/captions/images.parquet", "data/features/images.parquet"
BASE = "data/train/base/checkpoint"
NEUTRAL = {"methods", "workers", "checkpoint_every"}  # parameters that change no weight


def read_tuples() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the training split: each tuple's set (N,), image ids and texts (N, K+1), and anchor's caption (N,)."""
    tuples = read_table(TUPLES, SCHEMAS["tuples"]).to_pandas()
    tuples = tuples[tuples["split"] == "train"].reset_index(drop=True)
    if tuples.empty:
        raise InputError(f"{TUPLES} has no tuples of split train; give more captioned images")
    columns = ["triple_id", "caption_id", "image_id", "text"]
    triples = read_table(TRIPLES, SCHEMAS["triples"], columns).to_pandas().set_index("triple_id")
    images, texts = tuple_arrays(tuples, triples)
    captions = read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id", "caption"]).to_pandas()
    said = triples["caption_id"].loc[tuples["anchor"]].to_numpy()  # (N,)
    rows = rows_of(said, captions["caption_id"].to_numpy(), CAPTIONS)  # (N,)
    return tuples["set"].to_numpy(), images, texts, captions["caption"].to_numpy(object)[rows]


def read_pictures(transform, augment: dict, workers: int) -> tuple[np.ndarray, Reader]:
    """The ids of the images, and a reader of their pixels."""
    table = read_table(IMAGES, SCHEMAS["images"], ["image_id", "jpeg"])
    reader = pixel_reader(table["jpeg"], picture(transform), augmentation(**augment), workers)
    return table["image_id"].to_numpy(), reader


def read_features() -> tuple[np.ndarray, Reader]:
    """The ids of the images, and a reader of their embeddings by base."""
    dim = read_config(BASE)["model_cfg"]["embed_dim"]
    table = read_table(FEATURES, features_schema(dim))
    flat = table["embedding"].combine_chunks().flatten().to_numpy()  # (M * D,)
    return table["id"].to_numpy(), embedding_reader(flat.reshape(-1, dim))


def prepare(texts: np.ndarray, captions: np.ndarray, freezing: str) -> tuple:
    """Base ready for training, its image transform, `texts` (N, K+1) and `captions` (N,) as rows of tokens
    (None is -1), and those tokens (T, L)."""
    model, transform, tokenizer = load_checkpoint(BASE, best_device())
    codes, distinct = pd.factorize(np.concatenate([texts.ravel(), captions]))  # (N * (K+2),), (T,)
    tokens = tokenizer(distinct.tolist()).int()  # (T, L)
    freeze(model, freezing)
    return model, transform, codes[: texts.size].reshape(texts.shape), codes[texts.size :], tokens


def write(method: str, model: torch.nn.Module, alpha: float, history: list[dict]) -> None:
    """The checkpoint, interpolated with base, and the history."""
    base, _, _ = load_checkpoint(BASE)
    tuned = {name: value.cpu() for name, value in model.state_dict().items()}
    base.load_state_dict(interpolate(base.state_dict(), tuned, alpha))
    save_checkpoint(f"data/train/{method}/checkpoint", base, read_config(BASE))
    with write_beside(f"data/train/{method}/history.csv") as beside:
        pd.DataFrame(history).to_csv(beside, index=False)


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in LOSSES:
        raise InputError(f"name one method of {', '.join(LOSSES)}: python -m stages.train drive")
    method, params = sys.argv[1], load_params()
    options, seed = params["train"], params["seed"]
    parallel.start()
    sets, image_ids, texts, captions = read_tuples()
    if method not in READ_CAPTIONS:
        captions = np.full(len(texts), None)
    model, transform, texts, captions, tokens = prepare(texts, captions, options["freeze"])
    if options["freeze"] == "image":
        source, (ids, read), encode = FEATURES, read_features(), unit_length
    else:
        source, (ids, read) = IMAGES, read_pictures(transform, options["augment"], options["workers"])
        encode = pixel_encoder(model)
    size = options["batch_size"] * parallel.world()
    plan = list(enumerate(all_batches(sets, options["sets"], size, options["epochs"], seed)))
    resume = Path(f"data/train/.{method}-resume.pt")
    key = run_key(
        [method, seed, parallel.world(), {name: options[name] for name in options.keys() - NEUTRAL}],
        [TUPLES, TRIPLES, CAPTIONS, source, f"{BASE}/{WEIGHTS}"],
    )
    state = read_state(resume, key)
    done = state["step"] * options["accumulate"] if state else 0
    batches = loader(
        plan[done:],
        options["workers"],
        torch.cuda.is_available(),
        images=rows_of(image_ids, ids, source),
        texts=texts,
        captions=captions,
        tokens=tokens,
        read=read,
        seed=seed,
        part=(parallel.rank(), parallel.world()),
    )
    save = partial(write_state, resume, key) if parallel.rank() == 0 else lambda state: None
    history = fine_tune(model, encode, iter(batches), len(plan), LOSSES[method], options, state, save)
    if parallel.rank() == 0:
        write(method, model, options["alpha"], history)
        resume.unlink(missing_ok=True)


if __name__ == "__main__":
    run_stage(main)
