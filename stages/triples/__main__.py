"""python -m stages.triples: parses -> the table of triples, in parts, and a summary of what the rules found."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import InputError, run_stage
from stages.common.files.executor import open_executor
from stages.common.files.params import read_block
from stages.common.files.parts import make_parts, publish
from stages.common.files.storage import write_json
from stages.common.files.tables import SCHEMAS, read_part, read_table, table_files, write_table
from stages.common.run import RunOptions
from stages.triples.options import TriplesOptions
from stages.triples.part import triples_part
from stages.triples.summary import against_truth, read_truth, summarise

PARSES, CAPTIONS = Path("data/parse/parses"), Path("data/captions/captions")
OUT = Path("data/triples")
SUMMARISED = ["caption_id", "image_id", "text", "subject", "relation", "object", "dynamic"]


def number(paths: list[Path]) -> int:
    """Number the triples of all parts in order; how many there are."""
    done = 0
    for path in paths:
        table = read_part(path, SCHEMAS["triples"])
        ids = pa.array(np.arange(done, done + len(table)))
        write_table(path, table.set_column(0, "triple_id", ids), SCHEMAS["triples"])
        done += len(table)
    return done


def main(arguments: list[str]) -> None:
    options, run = read_block("triples", TriplesOptions), read_block("run", RunOptions)
    parses, captions = table_files(PARSES), table_files(CAPTIONS)
    if len(parses) != len(captions):
        raise InputError(f"{PARSES} has {len(parses)} parts, {CAPTIONS} {len(captions)}; run `dvc repro`")
    key = content_key("triples", [*parses, *captions, "data/verbs.csv", *code_files("triples")])
    jobs = [(*files, key) for files in zip(parses, captions)]
    with open_executor(run.engine, workers=1) as executor:  # one process is fast enough: 100,000 captions a second
        paths = make_parts(OUT / "triples", triples_part, jobs, key, executor)
    count = len(read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id"]))
    if not number(paths):
        raise InputError(
            f"{CAPTIONS}: none of {count:,} captions relates two nouns by a verb; "
            "bring English captions such as 'a dog chasing a cat'"
        )
    publish(paths, OUT / "triples")
    triples = read_table(OUT / "triples", SCHEMAS["triples"], SUMMARISED).to_pandas()
    summary = summarise(triples, captions=count)
    if options.truth:
        summary["against_truth"] = against_truth(triples, read_truth(options.truth))
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
