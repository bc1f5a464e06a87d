"""Two or more ways side by side: small blocks in turn, so that other load falls on all alike, and medians."""

import statistics
import time
from collections.abc import Callable

import torch


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of `work`, with what it left to the GPU."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def alternate(sides: dict[str, Callable[[], object]], blocks: int) -> dict[str, float]:
    """Median seconds of a block of each side, run in turn `blocks` times after one that is not counted."""
    for work in sides.values():
        seconds(work)
    taken = {name: [] for name in sides}
    for _ in range(blocks):
        for name, work in sides.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(values) for name, values in taken.items()}
