"""SVO-Probes (arXiv 2106.09141): svo_probes.csv; the images are files named ID.jpg.

The published score is a matching head's accuracy on positive and negative images, each of which it accepts or refuses.
CLIP has no such head and no threshold, so this is the forced choice on the same rows: the sentence scores higher with
its positive image than with the negative one. As published, only rows whose negative differs in exactly one of subject,
verb and object, which is the category.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from typing_extensions import TypedDict

from stages.benchmark.question import Benchmark, Question, read_rows, text_to_image
from stages.common.files.params import Text

KINDS = {"subj_neg": "subject", "verb_neg": "verb", "obj_neg": "object"}
TEXTS = ("sentence", "pos_image_id", "neg_image_id")
Row = TypedDict("Row", dict.fromkeys(TEXTS, Text) | dict.fromkeys(KINDS, Literal["True", "False"]))


def read(folder: Path) -> Iterator[Question]:
    """Questions with one sentence and two images."""
    for row in read_rows(folder / "svo_probes.csv", Row, lambda text: csv.DictReader(io.StringIO(text, newline=""))):
        different = [kind for column, kind in KINDS.items() if row[column] == "True"]
        if len(different) == 1:
            pictures = [(f"{row[name]}.jpg", ()) for name in ("pos_image_id", "neg_image_id")]
            yield Question(different[0], pictures, [row["sentence"]])


BENCHMARK = Benchmark(read, text_to_image)
