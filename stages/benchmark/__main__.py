"""python -m stages.benchmark NAME: the questions and pictures of a published benchmark -> data/benchmarks/NAME."""

import sys
from pathlib import Path

import pyarrow as pa

from stages.benchmark.options import Benchmarks
from stages.benchmark.pictures import write_pictures
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.schemas import QUESTIONS
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block, target_name
from stages.common.files.storage import write_beside, write_json
from stages.common.files.tables import write_table


def main(arguments: list[str]) -> None:
    options = read_block("benchmarks", Benchmarks)
    name = target_name(arguments, options, "benchmarks of params.yaml")
    if not (questions := list(BENCHMARKS[name].read(Path(options[name].files)))):
        raise InputError(f"{options[name].files} has no question of {name}; set benchmarks.{name}.files")
    with write_beside(f"data/benchmarks/{name}") as folder:
        ids, missing = write_pictures(questions, Path(options[name].images), folder / "pictures", name)
        kept = [q._replace(pictures=[ids[one] for one in q.pictures]) for q in questions if ids.keys() >= {*q.pictures}]
        if not kept:
            raise InputError(f"no question of {name} has all its images; set benchmarks.{name}.images")
        table = pa.Table.from_pylist([question._asdict() for question in kept], pa.schema(list(QUESTIONS)))
        write_table(folder / "questions.parquet", table, QUESTIONS)
        counts = {"questions": len(questions), "answerable": len(kept), "missing_images": sorted(missing)}
        write_json(folder / "summary.json", counts)
    for damaged in filter(None, missing.values()):
        print(f"counted as missing: {damaged}", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
