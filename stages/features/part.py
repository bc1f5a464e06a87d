"""A part of the tables of features from its images, or from its triples."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import open_clip
import pyarrow as pa

from stages.common.clip.clip import MODELS, best_device, encode_images, encode_texts, load_checkpoint
from stages.common.files.tables import SCHEMAS, features_schema, read_part


@lru_cache(1)
def base(device: str, key: str) -> tuple[open_clip.CLIP, Callable, Callable]:
    """Base, its transform and its tokenizer, loaded once a process; `key` changes with its files."""
    return load_checkpoint(MODELS / "base", best_device(device))


def features_table(ids: pa.ChunkedArray, embeddings: np.ndarray) -> pa.Table:
    """Ids and their embeddings (N, D) as a table of features."""
    dim = embeddings.shape[1]
    flat = pa.array(embeddings.astype(np.float16).ravel())  # (N * D,)
    return pa.table([ids, pa.FixedSizeListArray.from_arrays(flat, dim)], schema=features_schema(dim))


def images_part(path: Path, device: str, key: str) -> pa.Table:
    """The features of a file of images."""
    model, transform, _ = base(device, key)
    images = read_part(path, SCHEMAS["images"], ["image_id", "jpeg"])
    return features_table(images["image_id"], encode_images(model, transform, images["jpeg"].to_pylist()))


def texts_part(path: Path, device: str, key: str) -> pa.Table:
    """The features of a file of triples by their texts, each distinct one of which is encoded once.

    A part of captions without a triple has no rows, of base's width as any other.
    """
    model, _, tokenizer = base(device, key)
    triples = read_part(path, SCHEMAS["triples"], ["triple_id", "text"])
    texts = triples["text"].combine_chunks().dictionary_encode()
    distinct = encode_texts(model, tokenizer, texts.dictionary.to_pylist() or [""])  # (U, D)
    return features_table(triples["triple_id"], distinct[texts.indices.to_numpy()])  # (T, D)
