"""The relation files of VL-CheckList (arXiv 2207.00221): data/Relation, vg/action.json, vg/spatial.json,
hake_action.json and swig_action.json, each a list of [path, {"POS": [text], "NEG": [text]}].

Published score: how often the image prefers the positive text, per file. The images lie in the folders vg, hake and
swig, as the authors ask.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, forced_choice, reader

Texts = TypedDict("Texts", dict.fromkeys(("POS", "NEG"), Annotated[list[str], Field(min_length=1)]))


def question(category: str, item: tuple[str, Texts]) -> Question:
    """Which of two texts is the image's? The category is data set and kind of relation, such as vg_action."""
    path, texts = item
    return Question(category, [(f"{category.partition('_')[0]}/{path}", ())], [texts["POS"][0], texts["NEG"][0]])


BENCHMARK = Benchmark(reader(list[tuple[str, Texts]], question, "**/*.json"), forced_choice)
