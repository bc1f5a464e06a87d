"""The published scores of a benchmark with their intervals, from exact embeddings."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.benchmark.pictures import Picture
from stages.evaluate.bootstrap import macro_interval, mean_intervals

CHUNK = 4096  # questions scored at once
Shown = tuple[list[Picture], np.ndarray]  # pictures, and their embeddings (I, D)
Said = tuple[pd.Index, np.ndarray]  # texts, and their embeddings (T, D)


def cosines(questions: pd.DataFrame, shown: Shown, said: Said) -> np.ndarray:
    """Scores (N, images, texts) of the questions' pictures with their texts."""
    place = {picture: position for position, picture in enumerate(shown[0])}
    images = np.array([[place[picture] for picture in row] for row in questions["pictures"]])  # (N, I')
    texts = np.stack([said[0].get_indexer(row) for row in questions["texts"]])  # (N, T')
    chunks = [slice(start, start + CHUNK) for start in range(0, len(images), CHUNK)]
    return np.concatenate([np.einsum("nid,ntd->nit", shown[1][images[c]], said[1][texts[c]]) for c in chunks])


def benchmark_table(
    questions: pd.DataFrame,
    scores: np.ndarray,
    outcomes: Callable[[np.ndarray], dict[str, np.ndarray]],
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Accuracy, 95% interval clustered by image, and count: over all questions, macro, per category.

    `scores` as by cosines, `outcomes` the benchmark's. The row "macro", the mean over categories, only where the
    benchmark's authors publish that mean.
    """
    found = pd.DataFrame(outcomes(scores))
    clusters = np.array([row[0][0] for row in questions["pictures"]])
    table = _by_category(found, questions["category"], clusters, resamples, seed)
    counted = questions["macro"].to_numpy(bool)
    if not counted.any():
        return table
    kinds, owners = questions["category"].to_numpy(str)[counted], clusters[counted]
    macro = [
        ("macro", name, *macro_interval(right.to_numpy()[counted], kinds, owners, resamples, seed))
        for name, right in found.items()
    ]
    rows = pd.DataFrame(macro, columns=table.columns[:-1]).assign(count=counted.sum())
    return pd.concat([table, rows], ignore_index=True)


def _by_category(
    found: pd.DataFrame, category: pd.Series, clusters: np.ndarray, resamples: int, seed: int
) -> pd.DataFrame:
    keys, columns = [], []
    for chosen in ["all", *sorted(category.unique())]:
        mask = (category == chosen) | (chosen == "all")
        for name, right in found.items():
            keys.append((chosen, name))
            columns.append(right.where(mask))
    cells = mean_intervals(np.stack(columns, axis=1), clusters, resamples, seed)
    table = pd.DataFrame(keys, columns=["category", "direction"])
    return table.assign(**dict(zip(("accuracy", "low", "high", "count"), cells)))
