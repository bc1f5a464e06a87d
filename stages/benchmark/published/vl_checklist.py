"""The relation files of VL-CheckList (arXiv 2207.00221): data/Relation, vg/action.json, vg/spatial.json,
hake_action.json and swig_action.json, each a list of [path, {"POS": [text], "NEG": [text]}].

Published score: how often the image prefers the positive text, per file. The images lie in the folders vg, hake and
swig, as the authors ask.
"""

from pathlib import Path

import pandas as pd

from stages.benchmark.question import Benchmark, image_to_text, json_files


def read(folder: Path) -> pd.DataFrame:
    """The questions of every file; the category is data set and kind of relation, such as vg_action."""

    def question(item: list, category: str) -> list:
        path, texts = item
        images = category.partition("_")[0]
        return [category, [(f"{images}/{path}", ())], [texts["POS"][0], texts["NEG"][0]], False]

    return json_files(folder, question, pattern="**/*.json")


BENCHMARK = Benchmark(read, image_to_text)
