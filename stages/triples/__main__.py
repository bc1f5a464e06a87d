"""python -m stages.triples: parses -> triples.parquet and a summary of what the rules found."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import read_block
from stages.common.tables import SCHEMAS, read_table
from stages.triples.options import TriplesOptions
from stages.triples.summary import against_truth, read_truth, summarise
from stages.triples.table import new_memory, triple_table
from stages.triples.verbs import read_lexicon

PARSES = "data/parse/parses.parquet"
OUT = Path("data/triples")
ROWS = 10_000  # parses a batch, so that memory stays flat


def batches() -> Iterator[pa.RecordBatch]:
    """The parses in batches of rows, checked against their schema first."""
    read_table(PARSES, SCHEMAS["parses"], ["caption_id"])
    with pq.ParquetFile(PARSES) as file:
        with tqdm(total=file.metadata.num_rows, desc="triples", unit="caption") as progress:
            for batch in file.iter_batches(ROWS):
                yield batch
                progress.update(len(batch))


def main() -> None:
    options = read_block("triples", TriplesOptions)
    memory = new_memory(read_lexicon("data/verbs.csv"))
    columns = ["caption_id", "image_id", "split"]
    captions = read_table("data/captions/captions.parquet", SCHEMAS["captions"], columns).sort_by("caption_id")
    done = 0
    with write_beside(OUT / "triples.parquet") as beside:
        with pq.ParquetWriter(beside, SCHEMAS["triples"], compression="zstd") as writer:
            for parses in batches():
                triples = triple_table(parses, captions, memory, options.with_secondary, first_id=done)
                writer.write_table(triples)
                done += len(triples)
        if not done:
            raise InputError(
                f"data/captions/captions.parquet: none of {len(captions):,} captions relates two nouns by a verb; "
                "bring English captions such as 'a dog chasing a cat'"
            )
    triples = read_table(OUT / "triples.parquet", SCHEMAS["triples"]).to_pandas()
    summary = summarise(triples, captions=len(captions))
    if options.truth:
        summary["against_truth"] = against_truth(triples, read_truth(options.truth))
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
