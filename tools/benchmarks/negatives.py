"""Time and peak memory of the stage negatives by number of triples, resampled from real ones.

    python -m tools.benchmarks.negatives TRIPLES.parquet [N ...]

Images are drawn with replacement and keep all their triples, so that the captions of an image agree as
much as real ones do. More captions bring new things, not only more of the same: with DISTINCT, the power
of n by which distinct triples grow within the file itself, the n-th pass over its images adds the share
n ** DISTINCT - (n - 1) ** DISTINCT of distinct triples. So that share of its images gets nouns of its own
as objects ("kite~2"). Reading and writing the tables are left out.
"""

import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from stages.common.files.params import read_block
from stages.negatives.lexicon import KINDS, read_lexicon
from stages.negatives.options import NegativesOptions
from stages.negatives.release import release_table
from stages.negatives.summary import summarise
from stages.negatives.tuples import make_tuples

SIZES = (75_000, 150_000, 300_000, 600_000, 1_200_000)
OPTIONS = read_block("negatives", NegativesOptions)
WORDS = ["subject", "relation", "object"]


def growth(triples: pd.DataFrame) -> float:
    """The power of the number of images by which distinct triples grow, from half the images to all."""
    half = triples[triples["image_id"].isin(triples["image_id"].drop_duplicates().sample(frac=0.5, random_state=0))]
    distinct = [len(part[WORDS].drop_duplicates()) for part in (half, triples)]
    return float(np.log2(distinct[1] / distinct[0]))


def resampled(triples: pd.DataFrame, count: int) -> pd.DataFrame:
    """`count` triples of images drawn with replacement under new ids: see above."""
    rng = np.random.default_rng(0)
    triples = triples.sort_values("image_id", kind="stable").reset_index(drop=True)
    sizes = triples.groupby("image_id").size().to_numpy()  # (I,)
    drawn = rng.integers(len(sizes), size=2 * count * len(sizes) // len(triples))
    rows_before = np.cumsum(sizes[drawn]) - sizes[drawn]
    drawn = drawn[rows_before < count]
    starts = (np.cumsum(sizes) - sizes)[drawn]
    image = np.repeat(np.arange(len(drawn)), sizes[drawn])  # (N,) the new ids
    within = np.arange(len(image)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
    table = triples.iloc[starts[image] + within].reset_index(drop=True)
    turn = np.arange(len(drawn)) // len(sizes)  # the pass of each image
    power = growth(triples)
    share = (turn + 1.0) ** power - turn**power
    new = (rng.random(len(drawn)) < share) & (turn > 0)
    table["object"] = np.where(new[image], table["object"] + "~" + turn[image].astype(str), table["object"])
    ids = np.arange(len(table))
    captions = image * 100 + table.groupby(image)["caption_id"].rank(method="dense").astype(int)
    return table.assign(image_id=image, triple_id=ids, caption_id=captions, split=_splits(image))


def _splits(image: np.ndarray) -> np.ndarray:
    return np.where(image % 20 < 16, "train", np.where(image % 20 == 16, "val", "test"))


def measure(path: str, count: int) -> None:
    triples = resampled(pd.read_parquet(path), count)
    nouns = read_lexicon("data/nouns.csv", KINDS["nouns"])
    verbs = read_lexicon("data/verb_synonyms.csv", KINDS["verbs"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start = time.perf_counter()
    tuples, refused = make_tuples(triples, nouns, verbs, OPTIONS, 0)
    middle = time.perf_counter()
    summarise(tuples, triples, refused)
    release_table(tuples, triples)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(triples):>9,} triples {len(triples[WORDS].drop_duplicates()):>8,} distinct {len(tuples):>9,} tuples "
        f"{middle - start:6.1f} s + summary and release {end - middle:6.1f} s, "
        f"peak {peak:5.2f} GiB ({before:.2f} before)",
        flush=True,
    )


if __name__ == "__main__":
    path, *counts = sys.argv[1:]
    if len(counts) == 1:
        measure(path, int(counts[0]))
    else:  # a process each, so that peaks do not add up
        for size in counts or SIZES:
            subprocess.run([sys.executable, "-m", "tools.benchmarks.negatives", path, str(size)], check=True)
