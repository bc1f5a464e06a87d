"""SugarCrepe (arXiv 2306.14610): one json a category, filename, caption, negative_caption.

Published score: how often the image prefers the caption, per category. The images are COCO's val2017.
"""

from pathlib import Path

import pandas as pd

from stages.benchmark.question import Benchmark, caption_files, image_to_text


def read(folder: Path) -> pd.DataFrame:
    """The questions of every category."""
    return caption_files(folder, "filename", "caption", "negative_caption")


BENCHMARK = Benchmark(read, image_to_text)
