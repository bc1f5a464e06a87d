"""python -m stages.check.names: that no name of params.yaml means anything to a shell.

dvc.yaml writes the names of downloads, methods, rivals and benchmarks into commands, each after this one, without
which DVC would run what a name like "drive; touch x" holds.
"""

from stages.common.files.errors import run_stage
from stages.common.files.params import Block, Name, read_block


class _Methods(Block, extra="ignore"):
    methods: dict[Name, object]


def main() -> None:
    read_block("train", _Methods)
    for block in ("download", "rivals", "benchmarks"):
        read_block(block, dict[Name, object])


if __name__ == "__main__":
    run_stage(main)
