"""What a child process of the stage does: its own pipeline, a shard of captions at a time."""

from pathlib import Path

import pyarrow as pa
import torch

from stages.common.tables import SCHEMAS, write_table
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import PIPELINES
from stages.parse.quick import use_quick_models

_pipeline = None  # one a process: a Stanza pipeline cannot be sent between processes


def start_worker(models: str) -> None:
    """Load the models named by parse.models into this process."""
    global _pipeline
    torch.set_num_threads(1)
    _pipeline = PIPELINES[models]()
    use_quick_models(_pipeline)


def parse_shard(folder: Path, numbered: tuple[int, list[str]]) -> None:
    """Parse one shard of distinct captions into its own file, unless an earlier run did."""
    number, captions = numbered
    path = folder / f"{number:06d}.parquet"
    if not path.is_file():
        rows = [{"caption_id": i, "words": words} for i, words in enumerate(parse_captions(_pipeline, captions))]
        write_table(path, pa.Table.from_pylist(rows, schema=SCHEMAS["parses"]), SCHEMAS["parses"])
