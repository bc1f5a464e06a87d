"""Which tuples a step sees, and their images and texts as arrays."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.files.errors import InputError
from stages.common.training.reading import rows_of

TRIPLES = "data/triples/triples"


class Part(NamedTuple):
    """Tuples of one batch that are encoded at once."""

    batch: int  # its number
    first: int  # where in it the part begins
    rows: np.ndarray  # (B,) of tuples


def tuple_arrays(tuples: pa.Table, triples: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Image ids, int64 (N, K+1) with -1 where there is none, and texts, object (N, K+1), None beyond a set's.

    `triples` has triple_id, image_id and text; column 0 is the anchor. A negative may be a text alone. K is the
    largest number of negatives; a set may have fewer, but the same in each of its tuples (swapped has one), which
    InputError tells.
    """
    counts = pc.list_value_length(tuples["negative_texts"]).to_numpy()  # (N,)
    ragged = pd.Series(counts).groupby(tuples["set"].to_numpy()).nunique()
    if (ragged > 1).any():
        raise InputError(
            f"data/negatives/tuples.parquet: set {ragged.idxmax()!r} has tuples of "
            "different numbers of negatives; delete the file and run `dvc repro`"
        )
    image_ids = triples["image_id"].to_numpy()
    anchors, others = (triple_rows(ids, triples) for ids in (tuples["anchor"], pc.list_flatten(tuples["negatives"])))
    images = np.full((len(tuples), counts.max() + 1), -1, np.int64)  # (N, K+1)
    texts = np.full(images.shape, None, object)  # (N, K+1)
    images[:, 0], texts[:, 0] = image_ids[anchors], as_objects(triples["text"].take(anchors))
    shown, place = pc.list_value_length(tuples["negatives"]).to_numpy(), np.arange(counts.max())  # (N,), (K,)
    images[:, 1:][place < shown[:, None]] = image_ids[others]
    texts[:, 1:][place < counts[:, None]] = as_objects(pc.list_flatten(tuples["negative_texts"]))
    return images, texts


def triple_rows(ids: pa.ChunkedArray, triples: pa.Table) -> np.ndarray:
    """The rows (N,) of `triples` with N triple ids; InputError for one that there is not."""
    return rows_of(ids.to_numpy(), triples["triple_id"].to_numpy(), TRIPLES)


def as_objects(texts: pa.ChunkedArray) -> np.ndarray:
    """Strings (N,); equal ones are one object in memory."""
    coded = texts.combine_chunks().dictionary_encode()
    return coded.dictionary.to_numpy(zero_copy_only=False)[coded.indices.to_numpy()]  # (N,)


def epoch_batches(
    sets: np.ndarray, weights: dict[str, float], batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """The batches of one epoch, each rows (B,) of one set, those of all sets interleaved at random.

    A set of n tuples gives round(weight * n / batch_size) batches, at least one where it has any
    tuple and its weight is above 0. The draw hangs on the seed and the epoch alone, so that a
    resumed run sees the same batches.
    """
    rng = np.random.default_rng([seed, 2, epoch])
    batches = []
    for name in sorted(weights):
        rows = np.flatnonzero(sets == name)
        if not len(rows) or not weights[name]:
            continue
        count = max(1, round(weights[name] * len(rows) / batch_size))
        passes = [rng.permutation(rows) for _ in range(-(-count * batch_size // len(rows)))]
        drawn = np.concatenate(passes)[: count * batch_size]
        batches += list(drawn.reshape(count, batch_size))  # count of (B,)
    return [batches[i] for i in rng.permutation(len(batches))]


def all_batches(
    sets: np.ndarray, weights: dict[str, float], batch_size: int, epochs: int, seed: int
) -> Iterator[np.ndarray]:
    """The batches of every epoch in turn."""
    for epoch in range(epochs):
        yield from epoch_batches(sets, weights, batch_size, seed, epoch)


def check_parts(batch_size: int, accumulate: int, world: int) -> None:
    """InputError where a batch does not fall into equal parts, `accumulate` for each of `world` processes."""
    count = world * accumulate
    if batch_size % count:
        raise InputError(
            f"params.yaml: train.batch_size {batch_size} is not divisible by run.processes {world} x train.accumulate "
            f"{accumulate} = {count}; {-(-batch_size // count) * count} is"
        )


def own_parts(batches: Iterable[tuple[int, np.ndarray]], accumulate: int, rank: int, world: int) -> list[Part]:
    """What process `rank` of `world` encodes of numbered batches, rows (B,) each: `accumulate` parts of every one.

    Parts are of equal size, which must divide B, and in the order of ranks make up the batch.

    >>> [part.rows.tolist() for part in own_parts([(0, np.arange(8))], accumulate=2, rank=1, world=2)]
    [[4, 5], [6, 7]]
    """
    parts = []
    for number, rows in batches:
        size = len(rows) // (world * accumulate)
        firsts = range(rank * accumulate * size, (rank + 1) * accumulate * size, size)
        parts += [Part(number, first, rows[first : first + size]) for first in firsts]
    return parts
