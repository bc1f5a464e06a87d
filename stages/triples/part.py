"""A part of the table of triples from its parses."""

from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from stages.common.files.tables import SCHEMAS, read_part
from stages.triples.table import Memory, new_memory, triple_table
from stages.triples.verbs import read_lexicon

ROWS = 10_000  # parses a batch, so that memory stays flat


@lru_cache(1)
def memory(key: str) -> Memory:
    """What the parts of a process share; `key` changes with the lexicon."""
    return new_memory(read_lexicon("data/verbs.csv"))


def triples_part(parses: Path, captions: Path, with_secondary: bool, key: str) -> pa.Table:
    """The table of triples of a file of parses, numbered from 0; `captions` is the file of their captions."""
    columns = ["caption_id", "image_id", "split"]
    said = read_part(captions, SCHEMAS["captions"], columns).sort_by("caption_id")
    tables = [SCHEMAS["triples"].empty_table()]
    for batch in read_part(parses, SCHEMAS["parses"]).combine_chunks().to_batches(ROWS):
        done = sum(map(len, tables))
        tables.append(triple_table(batch, said, memory(key), with_secondary, done))
    return pa.concat_tables(tables)
