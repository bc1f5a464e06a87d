"""Stanza caption by caption against stage parse: python -m tools.benchmarks.parse CAPTIONS.json [N].

CAPTIONS is a COCO-format json, of which N distinct captions are parsed, numbered where it has fewer. Prints captions a
second of the pipeline called for each caption and of the whole stage, with the start of its workers, their ratio, and
the peak memory of the stage's largest process.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.files.errors import run_stage
from stages.common.files.params import load_params
from stages.common.files.tables import SCHEMAS, write_parts
from stages.parse.pipeline import compact_pipeline
from tools.project_folder import make_project

ROOT = Path(__file__).parents[2]
ONE_BY_ONE = 500  # captions are enough for a steady rate
PART = 5000  # captions of a part, as 1000 images of COCO have


def one_by_one(captions: list[str]) -> float:
    """Captions a second of Stanza called for each caption."""
    pipeline = compact_pipeline()
    pipeline(captions[0])
    start = time.perf_counter()
    for caption in captions:
        pipeline(caption)
    return len(captions) / (time.perf_counter() - start)


def stage(captions: list[str]) -> float:
    """Captions a second of the whole stage, in a folder and processes of its own."""
    ids = np.arange(len(captions))
    rows = {"caption_id": ids, "image_id": ids, "caption": captions, "split": ["train"] * len(captions)}
    table = pa.table(rows, schema=SCHEMAS["captions"])
    with tempfile.TemporaryDirectory() as folder:
        make_project(Path(folder), ROOT, [], load_params(ROOT / "params.yaml"))
        parts = [table[first : first + PART] for first in range(0, len(table), PART)]
        write_parts(Path(folder) / "data/captions/captions", parts, SCHEMAS["captions"])
        command = [sys.executable, "-m", "stages.parse"]
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
        return len(captions) / (time.perf_counter() - start)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captions", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=5000)
    args = parser.parse_args(arguments)
    given = [row["caption"] for row in json.loads(args.captions.read_text(encoding="utf-8"))["annotations"]]
    rounds = range(-(-args.count // len(given)))
    captions = [f"{caption} {number}" if number else caption for number in rounds for caption in given]
    single, bulk = one_by_one(captions[:ONE_BY_ONE]), stage(captions[: args.count])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"one by one {single:.0f} captions/s; stage {bulk:.0f} captions/s; {bulk / single:.1f}x")
    print(f"peak memory of the largest process of the stage {peak:.2f} GiB")


if __name__ == "__main__":
    run_stage(main)
