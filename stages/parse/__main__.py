"""python -m stages.parse: captions -> parses.parquet, one dependency tree a caption, resumable."""

import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from tqdm import tqdm

from stages.common.errors import run_stage
from stages.common.files import write_beside, write_json
from stages.common.keys import code_of, content_key
from stages.common.params import read_block
from stages.common.run import RunOptions
from stages.common.tables import SCHEMAS, read_table, table_writer
from stages.common.workers import end_with_parent
from stages.parse.options import ParseOptions
from stages.parse.pipeline import model_files
from stages.parse.worker import parse_shard

CAPTIONS = Path("data/captions/captions.parquet")
OUT = Path("data/parse")
SHARD = 1000  # distinct captions parsed and kept at a time
OPEN_SHARDS = 16  # held in memory while the captions are gathered


def work_folder(models: str) -> Path:
    """Where finished shards wait, keyed by the captions, the models and the code, so that none is reused wrongly."""
    key = content_key([models, SHARD], [CAPTIONS, *model_files(models), *code_of("parse")])
    return OUT / f".shards-{key[:16]}"


def gather(captions: pa.Table, shards: list[list[str]], folder: Path) -> None:
    """Write the tree of every caption, in the order of the captions.

    Captions come in the order of their first occurrence in the shards, so that a walk through both
    at once needs few shards at a time; a repeated caption looks its tree up in its own shard.
    """
    row_of = {text: row for row, text in enumerate(text for shard in shards for text in shard)}
    read = lru_cache(OPEN_SHARDS)(lambda number: read_table(folder / f"{number:06d}.parquet", SCHEMAS["parses"])["words"])
    with write_beside(OUT / "parses.parquet") as beside:
        with table_writer(beside, SCHEMAS["parses"], len(captions)) as writer:
            for part in captions.to_batches(SHARD):
                rows = np.array([row_of[text] for text in part["caption"].to_pylist()])
                numbers, inverse = np.unique(rows // SHARD, return_inverse=True)
                needed = [read(number) for number in numbers]
                firsts = np.cumsum([0, *map(len, needed)])[:-1]
                trees = pa.chunked_array([chunk for words in needed for chunk in words.chunks])
                chosen = trees.take(pa.array(firsts[inverse] + rows % SHARD))
                columns = [pa.chunked_array([part["caption_id"]]), chosen]
                writer.write_table(pa.table(columns, schema=SCHEMAS["parses"]))


def main() -> None:
    models, device = read_block("parse", ParseOptions).models, read_block("run", RunOptions).device
    gpu = device in ("auto", "cuda") and torch.cuda.is_available()
    captions = read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id", "caption"])
    distinct = list(dict.fromkeys(captions["caption"].to_pylist()))
    shards = [distinct[i : i + SHARD] for i in range(0, len(distinct), SHARD)]
    folder = work_folder(models)
    folder.mkdir(parents=True, exist_ok=True)
    workers = 1 if gpu else torch.get_num_threads()
    context = multiprocessing.get_context("spawn")  # a process that has touched CUDA must not fork
    with ProcessPoolExecutor(workers, context, initializer=end_with_parent) as pool:
        done = pool.map(partial(parse_shard, folder, models, gpu), enumerate(shards))
        with tqdm(total=len(distinct), desc="parse", unit="caption") as progress:
            for shard, _ in zip(shards, done, strict=True):
                progress.update(len(shard))
    gather(captions, shards, folder)
    write_json(OUT / "summary.json", {"captions": len(captions), "distinct_captions": len(distinct)})
    shutil.rmtree(folder, ignore_errors=True)  # another run of the same captions may end now too


if __name__ == "__main__":
    run_stage(main)
