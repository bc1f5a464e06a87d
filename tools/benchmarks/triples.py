"""python -m tools.benchmarks.triples [PARSES]: captions a second of the rules alone, one core.

From Arrow to Arrow: reading and writing files is left out. First with nothing remembered, as a stage
starts; then with the trees of these captions known, as the last batches of many captions find them.
"""

import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq

from stages.triples.table import new_memory, triple_table
from stages.common.language.lexicons import read_dynamic_verbs

CAPTIONS = 100_000
ROWS = 10_000


def main(path: str = "data/parse/parses") -> None:
    parses = pq.read_table(path).slice(0, CAPTIONS).combine_chunks()
    ids = parses["caption_id"]
    captions = pa.table({"caption_id": ids, "image_id": ids, "split": pa.repeat("train", len(ids))})
    captions = captions.sort_by("caption_id")
    memory = new_memory(read_lexicon("data/verbs.csv"))
    for state in ("nothing remembered", "trees known"):
        wall, cpu = time.perf_counter(), time.process_time()
        tables = [triple_table(part, captions, memory, True, 0) for part in parses.to_batches(ROWS)]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{len(parses)} captions, {sum(map(len, tables))} triples, {len(memory.trees)} distinct trees, {state}:")
        print(f"  {len(parses) / wall:.0f} captions/s, {len(parses) / cpu:.0f} captions a second of processor time")


if __name__ == "__main__":
    main(*sys.argv[1:])
