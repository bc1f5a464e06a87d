"""python -m tests.benchmarks.triples [PARSES]: captions a second of the rules alone, one core."""

import sys
import time

import pyarrow.parquet as pq

from stages.triples.table import triple_rows
from stages.triples.verbs import read_lexicon

CAPTIONS = 20_000


def main(path: str = "data/parse/parses.parquet") -> None:
    parses = pq.read_table(path).slice(0, CAPTIONS).to_pylist()
    captions = {parse["caption_id"]: (0, "train") for parse in parses}
    lexicon = read_lexicon("data/verbs.csv")
    start = time.perf_counter()
    rows = triple_rows(parses, captions, lexicon, with_secondary=True, first_id=0)
    seconds = time.perf_counter() - start
    print(f"{len(parses)} captions, {len(rows)} triples, {len(parses) / seconds:.0f} captions/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
