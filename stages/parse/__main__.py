"""python -m stages.parse: captions -> the table of parses, one dependency tree a caption, in parts."""

import shutil
from pathlib import Path

import numpy as np
from pandas.util import hash_array

from stages.common.files.errors import run_stage
from stages.common.files.executor import local_workers, open_executor
from stages.common.files.storage import write_json
from stages.common.files.cache_keys import code_of, content_key
from stages.common.files.params import read_block
from stages.common.files.parts import make_parts, publish
from stages.common.run import RunOptions
from stages.common.files.tables import SCHEMAS, read_part, table_files
from stages.parse.options import ParseOptions
from stages.parse.part import parses_part, trees_part, uses_gpu
from stages.parse.pipeline import model_files

CAPTIONS = Path("data/captions/captions")
OUT = Path("data/parse")
COMMON = 500  # captions of several parts that are parsed at a time
GIGABYTES = 1.2  # of a process


def captions_of(path: Path) -> np.ndarray:
    """The captions (N,) of a part."""
    return read_part(path, SCHEMAS["captions"], ["caption"])["caption"].to_numpy()


def in_several(files: list[Path]) -> list[str]:
    """The captions that occur in more than one file, each once; in memory are 8 bytes a caption and these."""
    hashes = [np.unique(hash_array(captions_of(path))) for path in files]
    values, counts = np.unique(np.concatenate(hashes), return_counts=True)
    found: dict[str, None] = {}
    for path in files:
        captions = captions_of(path)
        found |= dict.fromkeys(captions[np.isin(hash_array(captions), values[counts > 1])])
    return list(found)


def main() -> None:
    models, run = read_block("parse", ParseOptions).models, read_block("run", RunOptions)
    files = table_files(CAPTIONS)
    common = in_several(files)
    loaded = content_key(models, model_files(models))
    key, how = content_key([loaded, COMMON], [*files, *code_of("parse")]), (models, run.device, loaded)
    first = [(common[i : i + COMMON], *how) for i in range(0, len(common), COMMON)]
    workers = 1 if uses_gpu(models, run.device) else local_workers(max(len(first), len(files)), GIGABYTES)
    with open_executor(run.engine, workers) as executor:
        trees = make_parts(OUT / "common", trees_part, first, key, executor)
        parses = make_parts(OUT / "parses", parses_part, [(path, trees, *how) for path in files], key, executor)
    write_json(OUT / "summary.json", {"captions": publish(parses, OUT / "parses")})
    for folder in OUT.glob(".common-*"):
        shutil.rmtree(folder)


if __name__ == "__main__":
    run_stage(main)
