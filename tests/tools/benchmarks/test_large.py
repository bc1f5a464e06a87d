"""What the measurement of stages counts, on processes and files whose size is known."""

import sys

import pytest

from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.common.files.storage import write_json
from tools.benchmarks.large import few_steps, measured

TWO = """
import os, subprocess, sys, time
kept = bytearray({own} * 2**20)
open("table", "wb").write(bytes(2**20))
os.symlink(sys.executable, "link")
child = "import time; kept = bytearray({other} * 2**20); time.sleep(4)"
subprocess.run([sys.executable, "-c", child], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PSS is of Linux")
def test_memory_of_all_processes_and_of_the_largest_and_what_lies_on_disk(tmp_path):
    """100 MiB in a process and 200 in its child, beside 5 to 40 MiB of the interpreter each; a file of 1 MiB, a link."""
    row = measured([sys.executable, "-c", TWO.format(own=100, other=200)], tmp_path)
    assert 300 / 1024 < row["GiB, all processes"] < 380 / 1024
    assert 200 / 1024 < row["GiB, one process"] < 240 / 1024
    assert row["GiB on disk"] == round(1 / 1024, 3)
    assert row["seconds"] >= 4 > row["processor seconds"]


def test_a_stage_that_fails_is_reported(tmp_path):
    with pytest.raises(InputError, match="failed with 3"):
        measured([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_two_hundred_steps_of_all_sets_that_have_tuples(tmp_path):
    """64,000 dynamic tuples, 6,400 random ones and no swapped: 100 batches of 64 of each of the first two."""
    counts = {"dynamic": 64_000, "random": 6_400, "swapped": 0}
    write_json(tmp_path / "params.yaml", {"train": {"batch_size": 64, "sets": dict.fromkeys(counts, 1.0)}})
    found = {"sets": {name: {"tuples": {"train": count}} for name, count in counts.items()}}
    write_json(tmp_path / "data/negatives/summary.json", found)
    few_steps(tmp_path)
    assert load_params(tmp_path / "params.yaml")["train"]["sets"] == {"dynamic": 0.1, "random": 1.0, "swapped": 0.0}
