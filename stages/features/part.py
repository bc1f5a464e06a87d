"""Makes a part of the table of features from its images."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import Clip, best_device, encode_images
from stages.common.files.tables import SCHEMAS, features_schema, read_part


@lru_cache(1)
def load(name: str, device: str, key: str) -> Clip:
    """A model, loaded once in a process; `key` changes with its files."""
    return load_checkpoint(MODELS / name, best_device(device))


def features_part(path: Path, name: str, device: str, key: str) -> pa.Table:
    """The embeddings of a file of images under model `name`."""
    images = read_part(path, SCHEMAS["images"])
    embeddings = encode_images(load(name, device, key), images["jpeg"].to_pylist()).astype(np.float16)  # (N, D)
    dim = embeddings.shape[1]
    columns = [images["image_id"], pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), dim)]
    return pa.table(columns, schema=features_schema(dim))
