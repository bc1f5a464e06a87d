"""python tests/benchmarks/evaluate.py: seconds of 10,000 bootstrap resamples of 20,000 tuples, and the
number of encodings that unique images and texts save against encoding every option of every tuple."""

import time

import numpy as np

from stages.evaluate.bootstrap import mean_intervals

TUPLES, IMAGES, RESAMPLES = 20_000, 4_000, 10_000


def main() -> None:
    rng = np.random.default_rng(0)
    values = (rng.random((TUPLES, 12)) < 0.7).astype(float)  # four sets, three directions
    clusters = rng.integers(IMAGES, size=TUPLES)
    start = time.perf_counter()
    mean_intervals(values, clusters, RESAMPLES, 0)
    seconds = time.perf_counter() - start
    print(f"bootstrap: {RESAMPLES:,} resamples of {TUPLES:,} tuples, 12 accuracies: {seconds:.1f} s")
    negatives = rng.integers(IMAGES, size=TUPLES)
    unique = len(np.unique(np.concatenate([clusters, negatives])))
    print(f"images encoded: {unique:,} unique instead of {2 * TUPLES:,} options, {2 * TUPLES / unique:.0f} times fewer")


if __name__ == "__main__":
    main()
