"""python -m tools.benchmarks.parse CAPTIONS.json [N]: Stanza caption by caption against this stage.

CAPTIONS is a COCO-format json. Prints captions/s of (a) the pipeline called for each caption and (b) the
whole stage (start of its workers with it), their ratio, and the stage's peak memory.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

from stages.common.files.tables import SCHEMAS, write_parts
from stages.parse.pipeline import compact_pipeline

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
    root = Path(__file__).parents[2]
    rows = {
        "caption_id": range(len(captions)),
        "image_id": range(len(captions)),
        "caption": captions,
        "split": ["train"] * len(captions),
    }
    table = pa.table({name: list(values) for name, values in rows.items()}, schema=SCHEMAS["captions"])
    with tempfile.TemporaryDirectory() as folder:
        parts = [table[first : first + PART] for first in range(0, len(table), PART)]
        write_parts(Path(folder) / "data/captions/captions", parts, SCHEMAS["captions"])
        (Path(folder) / "data/parser").symlink_to(root / "data/parser")
        shutil.copy(root / "params.yaml", folder)
        command = [sys.executable, "-m", "stages.parse"]
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(root)}, check=True)
        return len(captions) / (time.perf_counter() - start)


def repeated(captions: list[str], count: int) -> list[str]:
    """`count` distinct captions: the given ones, then again with a number at the end."""
    return [
        captions[i % len(captions)] + (f" {i // len(captions)}" if i >= len(captions) else "") for i in range(count)
    ]


def main() -> None:
    annotations = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["annotations"]
    captions = [row["caption"] for row in annotations]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    single = one_by_one(captions[:ONE_BY_ONE])
    bulk = stage(repeated(captions, count))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"one by one {single:.0f} captions/s; stage {bulk:.0f} captions/s; {bulk / single:.1f}x")
    print(f"peak memory of the largest process of the stage {peak:.2f} GiB")


if __name__ == "__main__":
    main()
