"""Time and peak memory of the stage negatives by number of triples: python -m tests.benchmarks.negatives.

Triples are drawn with the skew of captions (Zipf's law) from 2,000 nouns and 400 verbs, 15 an image.
"""

import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from stages.negatives.lexicon import KINDS, read_lexicon
from stages.negatives.tuples import Options, make_tuples

SIZES = (75_000, 150_000, 300_000, 600_000, 1_200_000)
OPTIONS = Options(k=1, per_anchor=2, max_per_pair=200, temperature=0.5, max_similarity=1.0)


def synthetic(count: int) -> pd.DataFrame:
    """`count` triples; words by rank with probability 1 / rank, the true one repeated over captions."""
    rng = np.random.default_rng(0)
    nouns = np.array(["man", "woman", "dog", "person", "horse", *[f"noun{i}" for i in range(1995)]])
    verbs = np.array(["ride", "hold", "sit", "watch", "eat", *[f"verb{i}" for i in range(395)]])

    def zipf(words: np.ndarray, size: int) -> np.ndarray:
        weights = 1 / np.arange(1, len(words) + 1)
        return words[rng.choice(len(words), size, p=weights / weights.sum())]

    distinct = count // 3
    table = pd.DataFrame(
        {
            "image_id": np.arange(distinct) // 5,
            "subject": zipf(nouns, distinct),
            "relation": zipf(verbs, distinct),
            "object": zipf(nouns, distinct),
        }
    )
    table["text"] = table["subject"] + " " + table["relation"] + " " + table["object"]
    table["dynamic"] = pd.Series(rng.random(len(verbs)) < 0.6, index=verbs).loc[table["relation"]].to_numpy()
    table["split"] = np.where(table["image_id"] % 10 < 8, "train", "test")
    table = pd.concat([table] * 3, ignore_index=True)
    ids = np.arange(len(table))
    return table.assign(triple_id=ids, caption_id=ids, particle=None, preposition=None, passive=False, rank=0)


def measure(count: int) -> None:
    triples = synthetic(count)
    nouns = read_lexicon("data/nouns.csv", KINDS["nouns"])
    verbs = read_lexicon("data/verb_synonyms.csv", KINDS["verbs"])
    start = time.perf_counter()
    tuples, _ = make_tuples(triples, nouns, verbs, OPTIONS, 0)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{count:>9,} triples {len(tuples):>9,} tuples {seconds:7.1f} s {peak:5.2f} GiB", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
    else:  # a process each, so that peaks do not add up
        for size in SIZES:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.negatives", str(size)], check=True)
