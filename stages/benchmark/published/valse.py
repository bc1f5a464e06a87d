"""VALSE (aclanthology 2022.acl-long.567): one json a phenomenon, image_file, caption, foil.

Published score: pairwise accuracy, how often the image prefers the caption to the foil. Only
valid foils, as the authors ask: at least two of three annotators chose the caption alone.
"""

from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, forced_choice, reader

Votes = TypedDict("Votes", {"caption": int})
Item = TypedDict("Item", {"image_file": str, "caption": str, "foil": str, "mturk": Votes})


def question(category: str, item: Item) -> Question | None:
    """Which of caption and foil is the image's?"""
    valid = item["mturk"]["caption"] >= 2
    return Question(category, [(item["image_file"], ())], [item["caption"], item["foil"]]) if valid else None


BENCHMARK = Benchmark(reader(dict[str, Item], question), forced_choice)
