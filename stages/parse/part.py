"""Makes a part of the table of parses from its captions."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from stages.common.files.tables import SCHEMAS, read_part
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import load_pipeline

DOCUMENT = 1000  # captions parsed at a time
TREES = pa.schema([("caption", pa.string()), ("words", SCHEMAS["parses"].field("words").type)])


def trees_part(captions: list[str], models: str, device: str, key: str) -> pa.Table:
    """The table TREES of distinct captions."""
    words = []
    for first in range(0, len(captions), DOCUMENT):
        words += parse_captions(load_pipeline(models, device, key), captions[first : first + DOCUMENT])
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
