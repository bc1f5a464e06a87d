"""VALSE (aclanthology 2022.acl-long.567): one json a phenomenon, image_file, caption, foil.

Published score: pairwise accuracy, how often the image prefers the caption to the foil. Only
valid foils, as the authors ask: at least two of three annotators chose the caption alone.
"""

from pathlib import Path

import pandas as pd

from stages.benchmark.question import Benchmark, caption_files, image_to_text


def read(folder: Path) -> pd.DataFrame:
    """The questions of every phenomenon."""
    return caption_files(folder, "image_file", "caption", "foil", lambda item: item["mturk"]["caption"] >= 2)


BENCHMARK = Benchmark(read, image_to_text)
