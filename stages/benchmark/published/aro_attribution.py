"""ARO's VG-Attribution (arXiv 2210.01936): visual_genome_attribution.json, the image cut to its box.

Published score: the mean over pairs of attributes with at least 25 examples of how often the
image prefers true_caption.
"""

from pathlib import Path

import pandas as pd

from stages.benchmark.question import Benchmark, boxed, image_to_text, parse, questions, read_text

EXAMPLES = 25  # a pair of attributes with fewer is left out of the published mean


def read(folder: Path) -> pd.DataFrame:
    """The questions, by pair of attributes."""

    def question(item: dict) -> list:
        category = "_".join(item["attributes"])
        return [category, [boxed(item)], [item["true_caption"], item["false_caption"]], False]

    path = folder / "visual_genome_attribution.json"
    table = questions(path, parse(path, read_text(path)), question)
    return table.assign(macro=table.groupby("category")["category"].transform("size") >= EXAMPLES)


BENCHMARK = Benchmark(read, image_to_text)
