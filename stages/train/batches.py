"""Which tuples a step sees, and their images and texts as arrays."""

from collections.abc import Iterator

import numpy as np
import pandas as pd


def tuple_arrays(tuples: pd.DataFrame, triples: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Image ids, int64 (N, K+1) with -1 where a negative is a text alone, and texts, object (N, K+1).

    `triples` is indexed by triple_id and has image_id and text; column 0 is the anchor.
    """
    anchors = triples.loc[tuples["anchor"]]
    texts = np.column_stack([anchors["text"], np.stack(tuples["negative_texts"].to_numpy())])  # (N, K+1)
    images = np.full(texts.shape, -1, np.int64)  # (N, K+1)
    images[:, 0] = anchors["image_id"]
    paired = tuples["negatives"].map(len).to_numpy() > 0  # (N,)
    if paired.any():
        ids = np.stack(tuples["negatives"][paired].to_numpy())  # (M, K)
        images[paired, 1:] = triples["image_id"].loc[ids.ravel()].to_numpy().reshape(ids.shape)
    return images, texts


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
