"""The registry of benchmarks: one module each, with a `BENCHMARK`; params.yaml switches one on by its name."""

from stages.benchmark.question import Benchmark
from stages.common.files.registry import members

BENCHMARKS: dict[str, Benchmark] = members(__name__, "BENCHMARK")
