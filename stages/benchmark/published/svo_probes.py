"""SVO-Probes (arXiv 2106.09141): svo_probes.csv; the images are files named ID.jpg.

The published score is a matching head's accuracy on positive and negative images, each of which it accepts or refuses.
CLIP has no such head and no threshold, so this is the forced choice on the same rows: the sentence scores higher with
its positive image than with the negative one. As published, only rows whose negative differs in exactly one of subject,
verb and object, which is the category.
"""

import io
from pathlib import Path

import pandas as pd

from stages.benchmark.question import COLUMNS, Benchmark, read_text, text_to_image
from stages.common.files.errors import InputError


def read(folder: Path) -> pd.DataFrame:
    """Questions with one sentence and two images."""
    path = folder / "svo_probes.csv"
    kinds = {"subj_neg": "subject", "verb_neg": "verb", "obj_neg": "object"}
    needed = ["sentence", "pos_image_id", "neg_image_id", *kinds]
    try:
        table = pd.read_csv(io.StringIO(read_text(path)), usecols=needed, dtype={"sentence": str}).reindex(
            columns=needed
        )
    except ValueError as error:
        raise InputError(f"{path}: {error}; download the published file anew") from None
    if table.isna().any(axis=None):
        row, column = next(zip(*table.isna().to_numpy().nonzero()))
        where = f"{path}, row {row + 2}: {needed[column]} is empty"
        raise InputError(f"{where}; download the published file anew")
    for name in kinds:
        if table[name].dtype != bool and len(table):
            raise InputError(f"{path}: column {name} holds more than True and False; download the published file anew")
    flags = table[list(kinds)].to_numpy(bool)  # (N, 3)
    single = flags.sum(axis=1) == 1
    rows = [
        [list(kinds.values())[kind.argmax()], [(f"{own}.jpg", ()), (f"{other}.jpg", ())], [sentence], False]
        for kind, (sentence, own, other) in zip(flags[single], table.loc[single, needed[:3]].values)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


BENCHMARK = Benchmark(read, text_to_image)
