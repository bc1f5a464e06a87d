"""The benchmarks, one module each, found by its name, by which params.yaml switches it on.

A module defines `BENCHMARK`, as sugarcrepe.py does: a reader and a score; a file more is a benchmark more.
"""

from stages.benchmark.question import Benchmark
from stages.common.files.registry import members

BENCHMARKS: dict[str, Benchmark] = members(__name__, "BENCHMARK")
