"""ARO's VG-Relation (arXiv 2210.01936): visual_genome_relation.json, the image cut to its box.

Published score: the mean over relations of how often the image prefers true_caption, without the relations that the
authors' notebook lists as `symmetric`. That list is not part of the json: it is read from symmetric.json beside it, a
list of names.
"""

from pathlib import Path

import pandas as pd

from stages.benchmark.question import Benchmark, boxed, image_to_text, parse, questions, read_text


def read(folder: Path) -> pd.DataFrame:
    """The questions, by relation."""
    path = folder / "symmetric.json"
    symmetric = list(parse(path, read_text(path)))

    def question(item: dict) -> list:
        name = item["relation_name"]
        return [name, [boxed(item)], [item["true_caption"], item["false_caption"]], name not in symmetric]

    path = folder / "visual_genome_relation.json"
    return questions(path, parse(path, read_text(path)), question)


BENCHMARK = Benchmark(read, image_to_text)
