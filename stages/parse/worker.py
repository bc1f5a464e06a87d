"""What a child process of the stage does: its own pipeline, a shard of captions at a time."""

from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import stanza
import torch

from stages.common.errors import InputError
from stages.common.keys import put_aside
from stages.common.tables import SCHEMAS, read_table, write_table
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import PIPELINES



@lru_cache(1)
def pipeline(models: str, gpu: bool) -> stanza.Pipeline:
    """The models named by parse.models, loaded once a process: by its first shard, so that an error is the shard's."""
    torch.set_num_threads(1)
    return PIPELINES[models](gpu)


def is_whole(path: Path, count: int) -> bool:
    """Whether a shard of `count` captions is there; one that cannot be read is put aside."""
    if path.is_file():
        try:
            if len(read_table(path, SCHEMAS["parses"])) == count:
                return True
        except InputError:
            pass
        put_aside(path)
    return False


def parse_shard(folder: Path, models: str, gpu: bool, numbered: tuple[int, list[str]]) -> None:
    """Parse one shard of distinct captions into its own file, unless an earlier run did."""
    number, captions = numbered
    path = folder / f"{number:06d}.parquet"
    if not is_whole(path, len(captions)):
        rows = [{"caption_id": i, "words": words} for i, words in enumerate(parse_captions(pipeline(models, gpu), captions))]
        write_table(path, pa.Table.from_pylist(rows, schema=SCHEMAS["parses"]), SCHEMAS["parses"])
