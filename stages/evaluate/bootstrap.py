"""Bootstrap intervals of accuracies, resampling whole images, since an image occurs in several tuples.

The cluster bootstrap (Field & Welsh 2007): draw as many images as there are, with replacement; an image drawn twice
counts all its tuples twice. An accuracy is a ratio of two sums over images, so that a resample is one product of image
weights with a matrix of sums, for all accuracies together.
"""

import numpy as np
from scipy import sparse

Sums = np.ndarray | sparse.csr_array
AT_ONCE = 4_000_000  # weights, 16 MB


def cluster_sums(values: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts of the values present in each cluster and column: two (C, M).

    `values` (N, M) with NaN for absent ones, `clusters` (N,) any labels.

    >>> sums, counts = cluster_sums(np.array([[1.0], [0.0], [np.nan]]), np.array([7, 7, 9]))
    >>> sums.tolist(), counts.tolist()
    ([[1.0], [0.0]], [[2.0], [0.0]])
    """
    labels, position = np.unique(clusters, return_inverse=True)
    present = ~np.isnan(values)
    member = sparse.csr_array((np.ones(len(values)), (position, np.arange(len(values)))), (len(labels), len(values)))
    return member @ np.where(present, values, 0.0), member @ present.astype(float)  # (C, M) each


def group_sums(values: np.ndarray, groups: np.ndarray, clusters: np.ndarray) -> tuple[Sums, Sums]:
    """Sums and counts of the values present in each cluster and group: two sparse (C, G).

    `values` (N,) with NaN for absent ones, `groups` (N,) from 0 to G - 1, or -1 for none, `clusters` (N,).

    >>> sums, counts = group_sums(np.array([1.0, 0.0, np.nan]), np.array([1, 1, 0]), np.array([7, 7, 9]))
    >>> sums.toarray().tolist(), counts.toarray().tolist()
    ([[0.0, 1.0], [0.0, 0.0]], [[0.0, 2.0], [0.0, 0.0]])
    """
    labels, position = np.unique(clusters, return_inverse=True)
    present = ~np.isnan(values) & (groups >= 0)
    shape, places = (len(labels), groups.max(initial=-1) + 1), (position[present], groups[present])
    one = np.ones(present.sum())
    return sparse.csr_array((values[present], places), shape), sparse.csr_array((one, places), shape)


def resampled_ratios(sums: Sums, counts: Sums, resamples: int, seed: int) -> np.ndarray:
    """The ratio of total sum to total count in each resample, (resamples, M); NaN where empty.

    `sums`, `counts` (C, M), dense or sparse. The same seed and C draw the same images: differences between models are
    paired.

    >>> resampled_ratios(np.array([[1.0], [1.0]]), np.array([[2.0], [2.0]]), 3, 0).tolist()
    [[0.5], [0.5], [0.5]]
    """
    clusters, columns = sums.shape
    rng = np.random.default_rng([seed, clusters])
    stack = np.hstack if isinstance(sums, np.ndarray) else sparse.hstack
    both = stack([sums, counts])  # (C, 2M)
    totals = np.empty((resamples, 2 * columns))
    step = max(1, AT_ONCE // max(1, clusters))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(clusters, size=(rows, clusters), dtype=np.int32)
        offsets = drawn + np.arange(rows, dtype=np.int32)[:, None] * clusters  # (rows, C)
        weights = np.bincount(offsets.ravel(), minlength=rows * clusters).reshape(rows, clusters)
        totals[start : start + rows] = weights.astype(np.float64) @ both  # (rows, 2M)
    with np.errstate(invalid="ignore", divide="ignore"):
        return totals[:, :columns] / totals[:, columns:]


def interval(ratios: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The percentile interval of each column of `ratios` (R, M): low and high, (M,) each; NaN for an empty column.

    >>> [bound.round(1).tolist() for bound in interval(np.arange(101.0)[:, None])]
    [[2.5], [97.5]]
    """
    low, high = np.full(ratios.shape[1], np.nan), np.full(ratios.shape[1], np.nan)
    tail, known = (1 - level) / 2, ~np.isnan(ratios).all(axis=0)
    if known.any():
        low[known], high[known] = np.nanquantile(ratios[:, known], [tail, 1 - tail], axis=0)
    return low, high


def ratio_intervals(sums: Sums, counts: Sums, resamples: int, seed: int) -> tuple[np.ndarray, ...]:
    """Mean, low, high and count of each column of cluster sums and counts (C, M), (M,) each.

    >>> sums, counts = cluster_sums(np.array([[1.0], [0.0], [0.0]]), np.array([7, 7, 9]))
    >>> mean, low, high, count = ratio_intervals(sums, counts, 99, 0)
    >>> mean.round(2).tolist(), low.tolist(), high.tolist(), count.tolist()
    ([0.33], [0.0], [0.5], [3])
    """
    low, high = interval(resampled_ratios(sums, counts, resamples, seed))
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums.sum(axis=0) / counts.sum(axis=0), low, high, counts.sum(axis=0).astype(np.int64)


def macro_interval(
    values: np.ndarray, groups: np.ndarray, clusters: np.ndarray, resamples: int, seed: int
) -> tuple[float, float, float]:
    """The mean over groups of their means, and its interval; `values`, `groups`, `clusters` (N,).

    A group that a resample does not draw is left out of that resample's mean.

    >>> values, verbs = np.array([1.0, 1.0, 1.0, 0.0]), np.array(["sit", "sit", "sit", "ride"])
    >>> macro_interval(values, verbs, np.arange(4), 10, 0)[0]
    0.5
    """
    present = ~np.isnan(values)
    labels, position = np.unique(groups[present], return_inverse=True)
    if not len(labels):
        return float("nan"), float("nan"), float("nan")
    sums, counts = group_sums(values[present], position, clusters[present])
    means = np.nanmean(resampled_ratios(sums, counts, resamples, seed), axis=1)  # (R,)
    low, high = np.quantile(means, [0.025, 0.975])
    return float((sums.sum(axis=0) / counts.sum(axis=0)).mean()), float(low), float(high)
