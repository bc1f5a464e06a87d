"""ARO's VG-Relation (arXiv 2210.01936): visual_genome_relation.json, the image cut to its box.

Published score: the mean over relations of how often the image prefers true_caption, without the relations that the
authors' notebook lists as `symmetric`. That list is not part of the json: it is read from symmetric.json beside it, a
list of names.
"""

from collections.abc import Iterator
from pathlib import Path

from typing_extensions import TypedDict

from stages.benchmark.question import ARO, REMEDY, Benchmark, Question, boxed_question, forced_choice
from stages.common.files.storage import read_json

Item = TypedDict("Item", ARO | {"relation_name": str})


def read(folder: Path) -> Iterator[Question]:
    """The questions, by relation."""
    symmetric = read_json(folder / "symmetric.json", list[str], REMEDY)
    items = read_json(folder / "visual_genome_relation.json", list[Item], REMEDY)
    names = [item["relation_name"] for item in items]
    return (boxed_question(item, name, name not in symmetric) for item, name in zip(items, names))


BENCHMARK = Benchmark(read, forced_choice)
