"""python -m stages.triples: parses -> triples.parquet and a summary of what the rules found."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from stages.common.errors import run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, read_table
from stages.triples.summary import against_truth, read_truth, summarise
from stages.triples.table import triple_rows
from stages.triples.verbs import read_lexicon

PARSES = "data/parse/parses.parquet"
OUT = Path("data/triples")
ROWS = 10_000  # parses a batch, so that memory stays flat


def batches() -> Iterator[list[dict]]:
    """The parses in batches of rows, checked against their schema first."""
    read_table(PARSES, SCHEMAS["parses"], ["caption_id"])
    with pq.ParquetFile(PARSES) as file:
        for batch in tqdm(file.iter_batches(ROWS), desc="triples", unit="batch"):
            yield batch.to_pylist()


def main() -> None:
    options = load_params()["triples"]
    lexicon = read_lexicon("data/verbs.csv")
    columns = read_table("data/captions/captions.parquet", SCHEMAS["captions"], ["caption_id", "image_id", "split"])
    captions = {row["caption_id"]: (row["image_id"], row["split"]) for row in columns.to_pylist()}
    done = 0
    with write_beside(OUT / "triples.parquet") as beside:
        with pq.ParquetWriter(beside, SCHEMAS["triples"], compression="zstd") as writer:
            for parses in batches():
                rows = triple_rows(parses, captions, lexicon, options["with_secondary"], first_id=done)
                writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS["triples"]))
                done += len(rows)
    triples = read_table(OUT / "triples.parquet", SCHEMAS["triples"]).to_pandas()
    summary = summarise(triples, captions=len(captions))
    if options["truth"]:
        summary["against_truth"] = against_truth(triples, read_truth(options["truth"]))
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
