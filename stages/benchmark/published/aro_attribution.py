"""ARO's VG-Attribution (arXiv 2210.01936): visual_genome_attribution.json, the image cut to its box.

Published score: the mean over pairs of attributes with at least 25 examples of how often the
image prefers true_caption.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from typing_extensions import TypedDict

from stages.benchmark.question import ARO, REMEDY, Benchmark, Question, boxed_question, forced_choice
from stages.common.files.storage import read_json

EXAMPLES = 25  # a pair of attributes with fewer is left out of the published mean
Item = TypedDict("Item", ARO | {"attributes": list[str]})


def read(folder: Path) -> Iterator[Question]:
    """The questions, by pair of attributes."""
    items = read_json(folder / "visual_genome_attribution.json", list[Item], REMEDY)
    pairs = ["_".join(item["attributes"]) for item in items]
    counts = Counter(pairs)
    return (boxed_question(item, pair, counts[pair] >= EXAMPLES) for item, pair in zip(items, pairs))


BENCHMARK = Benchmark(read, forced_choice)
