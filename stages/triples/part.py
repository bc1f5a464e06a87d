"""A part of the table of triples from its parses."""

from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from stages.common.files.tables import SCHEMAS, read_part
from stages.common.language.lexicons import read_dynamic_verbs
from stages.triples.table import Memory, new_memory, triple_table

ROWS = 10_000  # parses a batch, so that memory stays flat


@lru_cache(1)
def memory(key: str) -> Memory:
    """What the parts of a process share; `key` changes with the lexicon."""
    return new_memory(read_dynamic_verbs())


def triples_part(parses: Path, captions: Path, key: str) -> pa.Table:
    """The table of triples of a file of parses, numbered from 0; `captions` is the file of their captions."""
    columns = ["caption_id", "image_id", "split"]
    said = read_part(captions, SCHEMAS["captions"], columns)
    tables = [SCHEMAS["triples"].empty_table()]
    for batch in read_part(parses, SCHEMAS["parses"]).combine_chunks().to_batches(ROWS):
        done = sum(map(len, tables))
        tables.append(triple_table(batch, said, memory(key), done))
    return pa.concat_tables(tables)
