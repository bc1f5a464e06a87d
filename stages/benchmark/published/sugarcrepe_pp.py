"""SugarCrepe++ (arXiv 2406.11171): one json a category, filename, caption, caption2, negative_caption.

Published score of its image-text task: how often the image prefers both captions to the negative one, 33 by chance.
Its text-only task asks nothing of an image and is left out. The images are COCO's val2017.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.benchmark.question import Benchmark, json_files


def read(folder: Path) -> pd.DataFrame:
    """The questions of every category."""

    def question(item: dict, category: str) -> list:
        texts = [item["caption"], item["caption2"], item["negative_caption"]]
        return [category, [(item["filename"], ())], texts, False]

    return json_files(folder, question)


def scores(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether both true captions come before the negative one (N,), from cosines (N, 1, 3).

    >>> scores(np.array([[[0.9, 0.8, 0.1]], [[0.9, 0.1, 0.5]]]))["i2t"].tolist()
    [True, False]
    """
    return {"i2t": cosines[:, 0, :2].min(axis=1) > cosines[:, 0, 2]}


BENCHMARK = Benchmark(read, scores)
