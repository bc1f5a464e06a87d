"""Captions a second of the rules alone, on one core: python -m tools.benchmarks.triples [PARSES].

From Arrow to Arrow: reading and writing files is left out. First with an empty memory of trees, as a stage starts; then
with the trees of these captions in it, as for the last batches of many captions.
"""

import argparse
import time

import pyarrow as pa
import pyarrow.parquet as pq

from stages.common.files.errors import run_stage
from stages.common.language.lexicons import read_dynamic_verbs
from stages.triples.table import new_memory, triple_table

CAPTIONS = 100_000
ROWS = 10_000


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parses", nargs="?", default="data/parse/parses")
    parses = pq.read_table(parser.parse_args(arguments).parses).slice(0, CAPTIONS).combine_chunks()
    ids = parses["caption_id"]
    captions = pa.table({"caption_id": ids, "image_id": ids, "split": pa.repeat("train", len(ids))})
    captions = captions.sort_by("caption_id")
    memory = new_memory(read_dynamic_verbs())
    for state in ("empty memory", "trees in memory"):
        wall, cpu = time.perf_counter(), time.process_time()
        tables = [triple_table(part, captions, memory, 0) for part in parses.to_batches(ROWS)]
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{len(parses)} captions, {sum(map(len, tables))} triples, {len(memory.trees)} distinct trees, {state}:")
        print(f"  {len(parses) / wall:.0f} captions/s, {len(parses) / cpu:.0f} captions a second of processor time")


if __name__ == "__main__":
    run_stage(main)
