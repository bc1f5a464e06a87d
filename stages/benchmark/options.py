"""The parameters of stage benchmark: the block `benchmarks`."""

from stages.benchmark.published import BENCHMARKS
from stages.common.files.params import Block, Text, registry_options


class BenchmarkOptions(Block):
    """See params.yaml."""

    files: Text  # the published folder
    images: Text  # the folder below which a picture lies where the published files say


Benchmarks = registry_options("Benchmarks", dict.fromkeys(BENCHMARKS, BenchmarkOptions))
