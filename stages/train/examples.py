"""The tuples of a split as examples, and the batches of a run."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.files.errors import InputError
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, read_table, tuple_rows
from stages.common.training.batches import Examples
from stages.train.options import SharedOptions

TUPLES = "data/negatives/tuples.parquet"
COLUMNS = ["set", "place", "image_id", "text"]
MAX_TUPLES = 200_000_000  # of a run, 8 bytes each in memory


def read_examples(with_captions: bool) -> dict[str, Examples]:
    """The tuples of split train and, if there are any, of split val, with the anchors' whole captions or without."""
    columns = [*COLUMNS, "sentence"] if with_captions else COLUMNS
    found = {}
    for split in ("train", "val"):
        table = read_table(TUPLES, SCHEMAS["tuples"], columns, pc.field("split") == split)
        if len(table):
            found[split] = tuple_examples(table)
    if "train" not in found:
        raise InputError(f"{TUPLES} has no tuples of split train; give more captioned images")
    return found


def tuple_examples(table: pa.Table) -> Examples:
    """The N tuples of a table with a row a member, as in the table of tuples.

    InputError where the tuples of one set differ in their number of negatives.
    """
    rows = tuple_rows(table["place"].to_numpy())  # (N, K+1)
    anchors, images = rows[:, 0], table["image_id"].fill_null(-1).to_numpy()  # (N,), (M,)
    sets, texts = strings(table["set"])[anchors], strings(table["text"])  # (N,), (M,)
    captions = strings(table["sentence"])[anchors] if "sentence" in table.column_names else np.full(len(anchors), None)
    ragged = pd.Series((rows >= 0).sum(axis=1)).groupby(sets).nunique() > 1
    if ragged.any():
        raise InputError(f"{TUPLES}: set {ragged.idxmax()} has tuples of different lengths; {REBUILD_HINT}")
    return Examples(sets, np.where(rows >= 0, images[rows], -1), np.where(rows >= 0, texts[rows], None), captions)


def strings(column: pa.ChunkedArray) -> np.ndarray:
    """A column of strings as Python objects (M,); equal strings are one object, to save memory."""
    coded = column.combine_chunks().dictionary_encode()
    values = np.append(coded.dictionary.to_numpy(zero_copy_only=False), None)  # the last one for null
    return values[coded.indices.fill_null(len(values) - 1).to_numpy()]  # (M,)


def epoch_batches(
    sets: np.ndarray, weights: dict[str, float], batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """The batches of one epoch, each rows (B,) of one set, with the sets interleaved at random.

    A set of n tuples gives round(weight * n / batch_size) batches, and at least one unless its weight is 0. The draw
    depends on the seed and the epoch alone, so that a resumed run gets the same batches.
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


def all_batches(sets: np.ndarray, options: SharedOptions, seed: int) -> list[np.ndarray]:
    """The batches of every epoch in turn; `sets` (N,) are those of the training tuples.

    InputError where they would not fit in memory, where there is none, and where the warm-up is not shorter.
    """
    names, counts = np.unique(sets, return_counts=True)
    size, weights = options.batch_size, options.sets
    drawn = options.epochs * sum(max(size, weights.get(name, 0) * count) for name, count in zip(names, counts))
    if drawn > MAX_TUPLES:
        raise InputError(
            f"params.yaml: train.epochs, train.sets and train.batch_size draw {drawn:.1e} tuples, "
            f"{MAX_TUPLES:.0e} at most; lower them"
        )
    batches = [rows for epoch in range(options.epochs) for rows in epoch_batches(sets, weights, size, seed, epoch)]
    if not batches:
        raise InputError(f"params.yaml: train.sets weighs none of {', '.join(names)}, the sets of {TUPLES}")
    if options.warmup >= len(batches):
        raise InputError(
            f"params.yaml: train.warmup {options.warmup} is not below the run's {len(batches)} steps; "
            "lower it, or give more epochs or captions"
        )
    return batches
