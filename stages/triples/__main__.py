"""python -m stages.triples: parses -> triples.parquet and a summary of what the rules found."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from stages.common.errors import InputError, run_stage
from stages.common.files import write_json
from stages.common.params import read_block
from stages.common.tables import SCHEMAS, read_batches, read_table, write_table
from stages.triples.options import TriplesOptions
from stages.triples.summary import against_truth, read_truth, summarise
from stages.triples.table import new_memory, triple_table
from stages.triples.verbs import read_lexicon

PARSES, CAPTIONS = "data/parse/parses.parquet", "data/captions/captions.parquet"
OUT = Path("data/triples")
ROWS = 10_000  # parses a batch, so that memory stays flat


def batches() -> Iterator[pa.RecordBatch]:
    """The parses in batches of rows."""
    with tqdm(desc="triples", unit="caption") as progress:
        for batch in read_batches(PARSES, SCHEMAS["parses"], ROWS):
            yield batch
            progress.update(len(batch))


def main() -> None:
    options = read_block("triples", TriplesOptions)
    memory = new_memory(read_lexicon("data/verbs.csv"))
    columns = ["caption_id", "image_id", "split"]
    captions = read_table(CAPTIONS, SCHEMAS["captions"], columns).sort_by("caption_id")
    parts: list[pa.Table] = []
    for parses in batches():
        done = sum(map(len, parts))
        parts.append(triple_table(parses, captions, memory, options.with_secondary, first_id=done))
    table = pa.concat_tables(parts)
    if not len(table):
        raise InputError(f"{CAPTIONS}: no caption has a verb between two nouns, so there is nothing to learn from")
    write_table(OUT / "triples.parquet", table, SCHEMAS["triples"])
    summary = summarise(table.to_pandas(), captions=len(captions))
    if options.truth:
        summary["against_truth"] = against_truth(triples, read_truth(options.truth))
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
