"""The scores of the field's benchmarks, from the questions of `stages.evaluate.readers`.

An image that is not on disk takes its questions out of the score, and is counted and named.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.evaluate.bootstrap import macro_interval, mean_intervals

Picture = tuple[str, tuple]  # file name, box


def locate(questions: pd.DataFrame, root: Path) -> tuple[pd.DataFrame, dict[str, Path], list[str]]:
    """The questions whose images lie under `root`, the paths by name, and the names of those missing."""
    paths = {path.name: path for path in sorted(root.rglob("*")) if path.is_file()}
    wanted = {name for row in questions["pictures"] for name, _ in row}
    answerable = [all(name in paths for name, _ in row) for row in questions["pictures"]]
    found = {name: paths[name] for name in sorted(wanted & paths.keys())}
    return questions[answerable].reset_index(drop=True), found, sorted(wanted - paths.keys())


def unique_pictures(questions: pd.DataFrame) -> list[Picture]:
    """Every picture of the questions once, sorted, so that each is encoded once."""
    return sorted({picture for row in questions["pictures"] for picture in row})


def benchmark_outcomes(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Outcomes (N,) of each published score, from cosines (N, images, texts); ties are wrong.

    One image: `i2t`, it prefers the true text. One text: `t2i`, it prefers the true image. Two of
    both (Winoground): `text`, each image prefers its own caption; `image`, each caption its own
    image; `group`, both.

    >>> found = benchmark_outcomes(np.array([[[0.9, 0.1], [0.5, 0.6]], [[0.5, 0.6], [0.1, 0.7]]]))
    >>> [column.tolist() for column in found.values()]
    [[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
    """
    if scores.shape[1] == 1:
        return {"i2t": (scores[:, 0, 0] > scores[:, 0, 1]).astype(float)}
    if scores.shape[2] == 1:
        return {"t2i": (scores[:, 0, 0] > scores[:, 1, 0]).astype(float)}
    (a, b), (c, d) = (scores[:, 0, 0], scores[:, 0, 1]), (scores[:, 1, 0], scores[:, 1, 1])
    text, image = (a > b) & (d > c), (a > c) & (d > b)
    return {
        "text": text.astype(float),
        "image": image.astype(float),
        "group": (text & image).astype(float),
    }


def benchmark_table(
    questions: pd.DataFrame,
    pictures: list[Picture],
    images: np.ndarray,
    text_index: pd.Index,
    texts: np.ndarray,
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Accuracy, 95% interval clustered by image, and count: over all questions, macro, per category.

    `images` (I, D) in the order of `pictures`, `texts` (T, D) in the order of `text_index`. The row
    "macro", the mean over categories, only where the benchmark's authors publish that mean.
    """
    place = {picture: position for position, picture in enumerate(pictures)}
    shown = images[[[place[picture] for picture in row] for row in questions["pictures"]]]  # (N, I', D)
    said = texts[np.stack([text_index.get_indexer(row) for row in questions["texts"]])]  # (N, T', D)
    found = pd.DataFrame(benchmark_outcomes(np.einsum("nid,ntd->nit", shown, said)))
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
