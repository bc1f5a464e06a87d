"""What the stage reads, as arrays."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from stages.common.clip.frozen_tower import Held, see_table
from stages.common.clip.clip import MODELS
from stages.common.files.errors import InputError
from stages.common.training.reading import DECODED, Source, embedding_reader, pixel_reader, rows_of
from stages.common.files.tables import SCHEMAS, check_tuples, read_features, read_table
from stages.train.batches import TRIPLES, as_objects, triple_rows, tuple_arrays
from stages.train.load import augmentation
from stages.train.options import TrainOptions

TUPLES = "data/negatives/tuples.parquet"
CAPTIONS = "data/captions/captions"
IMAGES, FEATURES = "data/captions/images", "data/features/images"
BASE = MODELS / "base"


class Tuples(NamedTuple):
    """N tuples of one split; by `as_rows` ids and texts become rows, and what is not there -1."""

    sets: np.ndarray  # (N,) names
    images: np.ndarray  # (N, K+1) image ids, -1 where there is none
    texts: np.ndarray  # (N, K+1) str, None beyond a set's negatives
    captions: np.ndarray  # (N,) str, that of the anchor; None where they are not read


class Images(NamedTuple):
    """M images, or their embeddings by base, of one table."""

    path: str
    ids: np.ndarray  # (M,) int64
    source: Source  # for training
    plain: Source  # without what is changed at random
    workers: int  # processes that read `source`


def read_tuples(with_captions: bool) -> dict[str, Tuples]:
    """Those of split train and, where there are any, of split val."""
    columns = ["triple_id", "caption_id", "image_id", "text"]
    table, facts = read_table(TUPLES, SCHEMAS["tuples"]), read_table(TRIPLES, SCHEMAS["triples"], columns)
    check_tuples(TUPLES, table, facts["triple_id"])
    captions = read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id", "caption"]) if with_captions else None
    found = {}
    for split in ("train", "val"):
        part = table.filter(pc.field("split") == split)
        if len(part):
            said = np.full(len(part), None)  # (N,)
            if captions is not None:
                said = captions_of(part["anchor"], facts, captions)
            found[split] = Tuples(as_objects(part["set"]), *tuple_arrays(part, facts), said)
    if "train" not in found:
        raise InputError(f"{TUPLES} has no tuples of split train; give more captioned images")
    return found


def captions_of(anchors: pa.ChunkedArray, triples: pa.Table, captions: pa.Table) -> np.ndarray:
    """The whole caption of each of N anchors, strings (N,)."""
    ids = triples["caption_id"].to_numpy()[triple_rows(anchors, triples)]  # (N,)
    return as_objects(captions["caption"].take(rows_of(ids, captions["caption_id"].to_numpy(), CAPTIONS)))


def read_images(options: TrainOptions, workers: int, transform: Callable, held: Held | None = None) -> Images:
    """Pixels by `transform`, or where the image tower is frozen embeddings, or what a held backbone sees."""
    if options.freeze == "image":
        ids, embeddings = read_features(FEATURES)
        source = partial(embedding_reader, embeddings)
        return Images(FEATURES, ids, source, source, 0)
    if held:
        ids, seen = see_table(held, IMAGES)
        source = partial(embedding_reader, seen)
        return Images(IMAGES, ids, source, source, 0)
    ids = read_table(IMAGES, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy()
    augment = augmentation(**options.augment.model_dump())
    source = partial(pixel_reader, IMAGES, transform, augment, DECODED // max(1, workers))
    return Images(IMAGES, ids, source, partial(pixel_reader, IMAGES, transform, memory=0), workers)


def as_rows(tuples: dict[str, Tuples], images: Images, tokenizer: Callable) -> tuple[dict[str, Tuples], torch.Tensor]:
    """Tuples with rows of `images` and of tokens, and those tokens (T, L), no row twice."""
    said = [part for split in tuples.values() for part in (split.texts, split.captions)]
    codes, distinct = pd.factorize(np.concatenate([part.ravel() for part in said]))  # (all,), (T',)
    tokens, row = torch.unique(tokenizer(distinct.tolist()).int(), dim=0, return_inverse=True)  # (T, L), (T',)
    codes = np.append(row.numpy(), -1)[codes]  # (all,), -1: no text
    parts = iter(np.split(codes, np.cumsum([part.size for part in said])[:-1]))
    rows = {
        name: Tuples(
            split.sets,
            rows_of(split.images, images.ids, images.path),  # (N, K+1)
            next(parts).reshape(split.texts.shape),  # (N, K+1)
            next(parts),  # (N,)
        )
        for name, split in tuples.items()
    }
    return rows, tokens
