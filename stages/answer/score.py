"""The published scores of a benchmark with their intervals, as rows of the table of measures."""

import numpy as np
import pandas as pd

from stages.benchmark.question import Benchmark
from stages.evaluate.bootstrap import CELLS, KEYS, macro_mean, means

AT_ONCE = 4096  # questions


def question_cosines(
    images: np.ndarray, texts: np.ndarray, image_rows: np.ndarray, text_rows: np.ndarray
) -> np.ndarray:
    """Cosines (N, I, T) of each question's images, rows (N, I) of `images` (P, D), with its texts, likewise (N, T)."""
    chunks = [slice(start, start + AT_ONCE) for start in range(0, len(image_rows), AT_ONCE)]
    return np.concatenate([np.einsum("nid,ntd->nit", images[image_rows[c]], texts[text_rows[c]]) for c in chunks])


def score(
    name: str, benchmark: Benchmark, questions: pd.DataFrame, cosines: np.ndarray, draws: tuple[int, int]
) -> pd.DataFrame:
    """A row for each category and score, for all questions, and where the authors publish it the mean over categories.

    `set` is the benchmark, `direction` the score, `slice` the category. Intervals resample questions by their first
    picture; `draws` are the resamples and the seed.
    """
    points = {way: np.asarray(right, float) for way, right in benchmark.scores(cosines).items()}  # (N,) each
    category, clusters = questions["category"].to_numpy(str), questions["pictures"].str[0].to_numpy()
    masks = {"all": np.ones(len(questions), bool)} | {one: category == one for one in np.unique(category)}
    columns = {
        (name, way, one): np.where(mask, right, np.nan) for one, mask in masks.items() for way, right in points.items()
    }
    found = [means(columns, clusters, draws)]
    if (counted := questions["macro"].to_numpy(bool)).any():
        parts = {way: np.where(counted, right, np.nan) for way, right in points.items()}  # (N,) each
        macro = [(name, way, "macro", *macro_mean(part, category, clusters, draws)) for way, part in parts.items()]
        found.append(pd.DataFrame(macro, columns=KEYS + CELLS))
    return pd.concat(found, ignore_index=True).assign(measure="benchmark")
