"""SugarCrepe (arXiv 2306.14610): one json a category, filename, caption, negative_caption.

Published score: how often the image prefers the caption, per category. The images are COCO's val2017.
"""

from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, forced_choice, reader

Item = TypedDict("Item", {"filename": str, "caption": str, "negative_caption": str})


def question(category: str, item: Item) -> Question:
    """Which of two captions is the image's?"""
    return Question(category, [(item["filename"], ())], [item["caption"], item["negative_caption"]])


BENCHMARK = Benchmark(reader(dict[str, Item], question), forced_choice)
