"""The registry of benchmarks: one module each; params.yaml switches one on by its name.

A module defines `BENCHMARK`, as sugarcrepe.py does: a reader and its scores. A new file is a new benchmark.
"""

from stages.benchmark.question import Benchmark
from stages.common.files.registry import members

BENCHMARKS: dict[str, Benchmark] = members(__name__, "BENCHMARK")
