"""What the stage reads, as arrays."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from stages.common.clip import MODELS, read_config
from stages.common.errors import InputError
from stages.common.tables import SCHEMAS, features_schema, read_table
from stages.train.batches import rows_of, tuple_arrays

TUPLES, TRIPLES = "data/negatives/tuples.parquet", "data/triples/triples.parquet"
CAPTIONS = "data/captions/captions.parquet"
IMAGES, FEATURES = "data/captions/images.parquet", "data/features/images.parquet"
BASE = MODELS / "base"


class Tuples(NamedTuple):
    """N tuples of one split."""

    sets: np.ndarray  # (N,) names
    images: np.ndarray  # (N, K+1) image ids, -1 where there is none
    texts: np.ndarray  # (N, K+1) str, None beyond a set's negatives
    captions: np.ndarray  # (N,) str, that of the anchor; None where they are not read


def read_tuples(with_captions: bool) -> dict[str, Tuples]:
    """Those of split train and, where there are any, of split val."""
    tuples = read_table(TUPLES, SCHEMAS["tuples"]).to_pandas()
    columns = ["triple_id", "caption_id", "image_id", "text"]
    triples = read_table(TRIPLES, SCHEMAS["triples"], columns).to_pandas().set_index("triple_id")
    captions = read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id", "caption"]).to_pandas()
    found = {}
    for split in ("train", "val"):
        part = tuples[tuples["split"] == split].reset_index(drop=True)
        if len(part):
            said = np.full(len(part), None)  # (N,)
            if with_captions:
                ids = triples["caption_id"].loc[part["anchor"]].to_numpy()  # (N,)
                said = captions["caption"].to_numpy(object)[rows_of(ids, captions["caption_id"].to_numpy(), CAPTIONS)]
            found[split] = Tuples(part["set"].to_numpy(), *tuple_arrays(part, triples), said)
    if "train" not in found:
        raise InputError(f"{TUPLES} has no tuples of split train; give more captioned images")
    return found


def read_jpegs() -> tuple[np.ndarray, pa.ChunkedArray]:
    """The ids of the images, int64 (M,), and their files."""
    table = read_table(IMAGES, SCHEMAS["images"], ["image_id", "jpeg"])
    return table["image_id"].to_numpy(), table["jpeg"]


def read_features() -> tuple[np.ndarray, np.ndarray]:
    """The ids of the images, int64 (M,), and their embeddings by base, float16 (M, D)."""
    dim = read_config(BASE)["model_cfg"]["embed_dim"]
    table = read_table(FEATURES, features_schema(dim))
    flat = table["embedding"].combine_chunks().flatten().to_numpy()  # (M * D,)
    return table["id"].to_numpy(), flat.reshape(-1, dim)


def tokenised(tokenizer: Callable, texts: list[np.ndarray]) -> tuple[list[np.ndarray], torch.Tensor]:
    """Arrays of `texts`, of any shapes, as rows of tokens (None is -1), and those tokens (T, L)."""
    codes, distinct = pd.factorize(np.concatenate([part.ravel() for part in texts]))  # (all,), (T,)
    tokens = tokenizer(distinct.tolist()).int()  # (T, L)
    ends = np.cumsum([part.size for part in texts])[:-1]
    return [rows.reshape(part.shape) for rows, part in zip(np.split(codes, ends), texts, strict=True)], tokens
