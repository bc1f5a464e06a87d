"""python -m stages.benchmark NAME: every model in data/models on one benchmark -> data/evaluate/_benchmarks/NAME.

No model has a name that begins with _, so the folder stands beside those of the models' own evaluations.
"""

import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from stages.benchmark.options import Benchmarks
from stages.benchmark.pictures import encode_pictures, locate, unique_pictures
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.score import benchmark_table, cosines
from stages.common.clip.clip import CONFIG, MODELS, best_device, encode_texts, load_checkpoint
from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside, write_json
from stages.common.files.params import read_block, read_seed
from stages.common.run import RunOptions
from stages.common.files.tables import write_table
from stages.evaluate.exact import embed
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import SCHEMAS

BELOW = "data/evaluate/_benchmarks"


def models() -> list[Path]:
    """The folders of data/models that hold a model, sorted."""
    found = sorted(path.parent for path in MODELS.glob(f"[a-z]*/{CONFIG}"))
    if not found:
        raise InputError(f"{MODELS} holds no model; run `dvc repro` to make them")
    return found


def main() -> None:
    folders, seed = read_block("benchmarks", Benchmarks), read_seed()
    resamples = read_block("evaluate", EvaluateOptions).resamples
    device = best_device(read_block("run", RunOptions).device)
    if len(sys.argv) != 2 or sys.argv[1] not in folders:
        known = ", ".join(folders) or "none"
        raise InputError(f"name one of params.yaml's benchmarks ({known}): python -m stages.benchmark NAME")
    name = sys.argv[1]
    images, benchmark = Path(folders[name].images), BENCHMARKS[name]
    questions = benchmark.read(Path(folders[name].files))
    kept, missing = locate(questions, images, name)
    pictures, tables = unique_pictures(kept), []
    texts = pd.Index(sorted({text for row in kept["texts"] for text in row}))
    for folder in models():
        model, transform, tokenizer = load_checkpoint(folder, device)
        shown = pictures, encode_pictures(model, transform, pictures, images)
        said = texts, embed(partial(encode_texts, model, tokenizer), texts)
        table = benchmark_table(kept, cosines(kept, shown, said), benchmark.outcomes, resamples, seed)
        tables.append(table.assign(benchmark=name, model=folder.name))
    counts = {"questions": len(questions), "answered": len(kept), "missing": len(missing), "missing_images": missing}
    with write_beside(f"{BELOW}/{name}") as out:
        schema = SCHEMAS["benchmarks"]
        rows = pa.Table.from_pandas(pd.concat(tables)[schema.names], schema, preserve_index=False)
        write_table(out / "accuracy.parquet", rows, schema)
        write_json(out / "summary.json", counts)


if __name__ == "__main__":
    run_stage(main)
