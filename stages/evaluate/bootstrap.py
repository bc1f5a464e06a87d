"""Bootstrap intervals of accuracies, resampling whole images, since an image occurs in several tuples.

The cluster bootstrap (Field & Welsh 2007): draw as many images as there are, with replacement; an image drawn twice
counts all its tuples twice. An accuracy is a ratio of two sums over images, so that a resample is one product of image
weights with a matrix of sums, for all accuracies together.
"""

import numpy as np
import pandas as pd
from scipy import sparse

Sums = np.ndarray | sparse.csr_array
AT_ONCE = 4_000_000  # weights, 16 MB
TAIL = (1 - 0.95) / 2  # the share of resamples below a 95% interval
KEYS = ["set", "direction", "slice"]  # what names a number of a measure
CELLS = ["value", "low", "high", "count"]


def cluster_sums(values: np.ndarray, clusters: np.ndarray, groups: np.ndarray | None = None) -> tuple[Sums, Sums]:
    """Sums and counts of the values present in each cluster and column: two (C, M).

    `values` (N, M) with NaN for absent ones, `clusters` (N,) any labels. With `groups` (N,), from 0 to M - 1 or -1 for
    none, `values` are (N,), each in the column of its group, and the sums sparse.
    """
    labels, position = np.unique(clusters, return_inverse=True)
    member = sparse.csr_array((np.ones(len(values)), (position, np.arange(len(values)))), (len(labels), len(values)))
    present = ~np.isnan(values)
    if groups is None:
        return member @ np.where(present, values, 0.0), member @ present.astype(float)  # (C, M) each
    rows = np.flatnonzero(present & (groups >= 0))
    places, shape = (rows, groups[rows]), (len(values), groups.max(initial=-1) + 1)
    spread = (sparse.csr_array((cells, places), shape) for cells in (values[rows], np.ones(len(rows))))  # (N, M) each
    return tuple(member @ cells for cells in spread)


def resampled_ratios(sums: Sums, counts: Sums, resamples: int, seed: int) -> np.ndarray:
    """The ratio of total sum to total count in each resample, (resamples, M); NaN where empty.

    `sums`, `counts` (C, M). The same seed and C draw the same images: differences between models are paired.
    """
    clusters, columns = sums.shape
    rng = np.random.default_rng([seed, clusters])
    both = (sparse if sparse.issparse(sums) else np).hstack([sums, counts])  # (C, 2M)
    totals = np.empty((resamples, 2 * columns))
    step = max(1, AT_ONCE // max(1, clusters))
    for start in range(0, resamples, step):
        drawn = rng.integers(clusters, size=(min(step, resamples - start), clusters), dtype=np.int32)
        weights = np.stack([np.bincount(row, minlength=clusters) for row in drawn])  # (B, C)
        totals[start : start + step] = weights.astype(np.float64) @ both  # (B, 2M)
    with np.errstate(invalid="ignore", divide="ignore"):
        return totals[:, :columns] / totals[:, columns:]


def ratio_intervals(sums: Sums, counts: Sums, resamples: int, seed: int) -> tuple[np.ndarray, ...]:
    """Mean, low and high end of the 95% interval, and count of each column of sums and counts (C, M), (M,) each.

    NaN for an empty column.
    """
    ratios = resampled_ratios(sums, counts, resamples, seed)  # (R, M)
    known = ~np.isnan(ratios).all(axis=0)  # (M,)
    bounds = np.full((2, len(known)), np.nan)
    if known.any():
        bounds[:, known] = np.nanquantile(ratios[:, known], [TAIL, 1 - TAIL], axis=0)
    count = counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums.sum(axis=0) / count, *bounds, count.astype(np.int64)


def means(columns: dict[tuple, np.ndarray], clusters: np.ndarray, draws: tuple[int, int]) -> pd.DataFrame:
    """A row of KEYS and CELLS for each of `columns`, from KEYS to values (N,) with NaN for absent ones.

    Columns without values are left out. `clusters` (N,) are the images; `draws` the number of resamples and the seed.
    """
    present = {key: values for key, values in columns.items() if not np.isnan(values).all()}
    table = pd.DataFrame(list(present), columns=KEYS)
    if not present:
        return table.assign(**dict.fromkeys(CELLS, 0))
    sums = cluster_sums(np.stack(list(present.values()), axis=1), np.asarray(clusters))
    return table.assign(**dict(zip(CELLS, ratio_intervals(*sums, *draws))))


def macro_mean(values: np.ndarray, groups: np.ndarray, clusters: np.ndarray, draws: tuple[int, int]) -> tuple:
    """The mean over groups of their means, as CELLS; `values` (not all NaN), `groups` and `clusters` (N,).

    `draws` as in `means`. A group that a resample does not draw is left out of that resample's mean.
    """
    present = ~np.isnan(values)
    _, position = np.unique(groups[present], return_inverse=True)
    sums, counts = cluster_sums(values[present], clusters[present], position)
    resampled = np.nanmean(resampled_ratios(sums, counts, *draws), axis=1)  # (R,)
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float((sums.sum(axis=0) / counts.sum(axis=0)).mean()), float(low), float(high), int(present.sum())
