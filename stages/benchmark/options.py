"""The parameters of stage benchmark: the block `benchmarks`."""

from pydantic import ConfigDict
from typing_extensions import TypedDict

from stages.benchmark.published import BENCHMARKS
from stages.common.params import Block, Text


class BenchmarkOptions(Block):
    """See params.yaml."""

    files: Text  # the published folder
    images: Text  # the folder below which a picture lies where the published files say


Benchmarks = TypedDict("Benchmarks", dict.fromkeys(BENCHMARKS, BenchmarkOptions), total=False)
Benchmarks.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
