"""SVO-Probes (arXiv 2106.09141): svo_probes.csv; the images are files named ID.jpg.

The published score is a matching head's accuracy on positive and negative images, each of which it accepts or refuses.
CLIP has no such head and no threshold, so this is the forced choice on the same rows: the sentence scores higher with
its positive image than with the negative one. As published, only rows whose negative differs in exactly one of subject,
verb and object, which is the category.
"""

import csv
import io
from typing import Literal

from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, forced_choice, reader
from stages.common.files.params import Text

KINDS = {"subj_neg": "subject", "verb_neg": "verb", "obj_neg": "object"}
TEXTS = ("sentence", "pos_image_id", "neg_image_id")
Row = TypedDict("Row", dict.fromkeys(TEXTS, Text) | dict.fromkeys(KINDS, Literal["True", "False"]))


def question(category: str, row: Row) -> Question | None:
    """Which of two images is the sentence's? The category is the word in which they differ."""
    different = [kind for column, kind in KINDS.items() if row[column] == "True"]
    pictures = [(f"{row[name]}.jpg", ()) for name in ("pos_image_id", "neg_image_id")]
    return Question(different[0], pictures, [row["sentence"]]) if len(different) == 1 else None


ROWS = reader(list[Row], question, "svo_probes.csv", lambda text: csv.DictReader(io.StringIO(text, newline="")))
BENCHMARK = Benchmark(ROWS, forced_choice)
