"""Makes a part of the table of parses from its captions."""

import gc
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import stanza
import torch

from stages.common.files.tables import SCHEMAS, read_part
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import PIPELINES

DOCUMENT = 1000  # captions parsed at a time
GARBAGE = 100_000  # objects between garbage collections: at Python 3.11's 700 they take a sixth of the time
WORDS = SCHEMAS["parses"].field("words").type
TREES = pa.schema([("caption", pa.string()), ("words", WORDS)])


@lru_cache(1)
def pipeline(models: str, device: str, key: str) -> stanza.Pipeline:
    """The models that parse.models names, loaded once in a process; `key` changes with their content."""
    torch.set_num_threads(1)  # each of many processes has one core
    gc.set_threshold(GARBAGE)
    return PIPELINES[models](uses_gpu(models, device))


def uses_gpu(models: str, device: str) -> bool:
    """Whether `models` parse on a GPU here under `run.device`.

    The compact ones only for `cuda`, not for `auto`: a process with an H200 was as fast as two or three cores.
    """
    return (device == "cuda" or (device == "auto" and models != "compact")) and torch.cuda.is_available()


def trees_part(captions: list[str], models: str, device: str, key: str) -> pa.Table:
    """The table TREES of distinct captions."""
    words = []
    for first in range(0, len(captions), DOCUMENT):
        words += parse_captions(pipeline(models, device, key), captions[first : first + DOCUMENT])
    return pa.table([captions, words], schema=TREES)


def parses_part(captions: Path, known: list[Path], models: str, device: str, key: str) -> pa.Table:
    """The table of parses of the captions in a file; files of `known` trees hold those that occur in several parts."""
    rows = read_part(captions, SCHEMAS["captions"], ["caption_id", "caption"]).combine_chunks()
    distinct = pc.unique(rows["caption"])
    parsed = [read_part(path, TREES, where=pc.field("caption").isin(distinct)) for path in known]
    trees = pa.concat_tables([*parsed, TREES.empty_table()])
    fresh = distinct.filter(pc.invert(pc.is_in(distinct, trees["caption"])))
    trees = pa.concat_tables([trees, trees_part(fresh.to_pylist(), models, device, key)]).combine_chunks()
    words = trees["words"].take(pc.index_in(rows["caption"], trees["caption"]))
    return pa.table([rows["caption_id"], words], schema=SCHEMAS["parses"])
