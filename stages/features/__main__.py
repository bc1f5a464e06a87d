"""python -m stages.features: images, triples and base -> images.parquet, texts.parquet (unit length)."""

import numpy as np
import pyarrow as pa

from stages.common.clip import MODELS, best_device, encode_images, encode_texts, load_checkpoint
from stages.common.errors import run_stage
from stages.common.params import read_block
from stages.common.run import RunOptions
from stages.common.tables import SCHEMAS, features_schema, read_table, write_table


def write_features(path: str, ids: pa.Array, embeddings: np.ndarray) -> None:
    """Write ids and their embeddings (N, D) as one table."""
    schema = features_schema(embeddings.shape[1])
    flat = pa.array(embeddings.astype(np.float16).ravel())  # (N * D,)
    values = pa.FixedSizeListArray.from_arrays(flat, embeddings.shape[1])
    write_table(path, pa.table([ids, values], schema=schema), schema)


def main() -> None:
    model, transform, tokenizer = load_checkpoint(MODELS / "base", best_device(read_block("run", RunOptions).device))
    images = read_table("data/captions/images.parquet", SCHEMAS["images"], ["image_id", "jpeg"])
    jpegs = images["jpeg"].to_pylist()
    ids = images["image_id"].combine_chunks()
    write_features("data/features/images.parquet", ids, encode_images(model, transform, jpegs))
    triples = read_table("data/triples/triples.parquet", SCHEMAS["triples"], ["triple_id", "text"])
    texts = triples["text"].combine_chunks().dictionary_encode()
    distinct = encode_texts(model, tokenizer, texts.dictionary.to_pylist())
    embeddings = distinct[texts.indices.to_numpy()]  # (triples, D)
    write_features("data/features/texts.parquet", triples["triple_id"].combine_chunks(), embeddings)


if __name__ == "__main__":
    run_stage(main)
