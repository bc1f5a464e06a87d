"""The published scores of a benchmark with their intervals, as rows of the table of measures."""

import numpy as np
import pandas as pd

from stages.benchmark.question import Benchmark
from stages.evaluate.bootstrap import cluster_sums, macro_interval, ratio_intervals

AT_ONCE = 4096  # questions
CELLS = ["value", "low", "high", "count"]


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

    Columns measure, set (the benchmark), direction (the score), slice (the category) and CELLS. Intervals resample
    questions by their first picture; `draws` are the resamples and the seed.
    """
    points = {way: np.asarray(right, float) for way, right in benchmark.scores(cosines).items()}  # (N,) each
    category, clusters = questions["category"].to_numpy(str), questions["pictures"].str[0].to_numpy()
    masks = {"all": np.ones(len(questions), bool)} | {one: category == one for one in np.unique(category)}
    keys = [(way, one) for one in masks for way in points]
    columns = np.stack([np.where(masks[one], points[way], np.nan) for way, one in keys], axis=1)  # (N, M)
    cells = ratio_intervals(*cluster_sums(columns, clusters), *draws)
    table = pd.DataFrame(keys, columns=["direction", "slice"]).assign(**dict(zip(CELLS, cells)))
    if (counted := questions["macro"].to_numpy(bool)).any():
        parts = {way: (right[counted], category[counted], clusters[counted]) for way, right in points.items()}
        macro = [(way, "macro", *macro_interval(*part, *draws), counted.sum()) for way, part in parts.items()]
        table = pd.concat([table, pd.DataFrame(macro, columns=table.columns)], ignore_index=True)
    return table.assign(measure="benchmark", set=name)
