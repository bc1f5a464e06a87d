"""python -m stages.parse: captions -> the table of parses, one dependency tree a caption, in parts."""

import shutil
from pathlib import Path

import numpy as np
from pandas.util import hash_array

from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import run_stage
from stages.common.files.executor import local_workers, open_executor
from stages.common.files.params import read_block
from stages.common.files.parts import make_parts, publish
from stages.common.files.storage import write_json
from stages.common.files.tables import SCHEMAS, read_part, table_files
from stages.common.run import RunOptions
from stages.parse.options import ParseOptions
from stages.parse.part import parses_part, trees_part
from stages.parse.pipeline import model_files, uses_gpu

CAPTIONS = Path("data/captions/captions")
OUT = Path("data/parse")
REPEATED_AT_ONCE = 500  # captions that occur in several parts, parsed as one part
GIGABYTES = 1.2  # for a process


def captions_in(path: Path) -> np.ndarray:
    """The captions (N,) of a part."""
    return read_part(path, SCHEMAS["captions"], ["caption"])["caption"].to_numpy()


def repeated_captions(files: list[Path]) -> list[str]:
    """The captions that occur in more than one file, each once; memory holds 8 bytes a caption, and these."""
    hashes = [np.unique(hash_array(captions_in(path))) for path in files]
    values, counts = np.unique(np.concatenate(hashes), return_counts=True)
    found: dict[str, None] = {}
    for path in files:
        captions = captions_in(path)
        found |= dict.fromkeys(captions[np.isin(hash_array(captions), values[counts > 1])])
    return list(found)


def main(arguments: list[str]) -> None:
    models, run = read_block("parse", ParseOptions).models, read_block("run", RunOptions)
    files = table_files(CAPTIONS)
    repeated = repeated_captions(files)
    model_key = content_key(models, model_files(models))
    key = content_key([model_key, REPEATED_AT_ONCE], [*files, *code_files("parse")])
    parser = models, run.device, model_key
    shared = [(repeated[i : i + REPEATED_AT_ONCE], *parser) for i in range(0, len(repeated), REPEATED_AT_ONCE)]
    workers = 1 if uses_gpu(models, run.device) else local_workers(max(len(shared), len(files)), GIGABYTES)
    with open_executor(run.engine, workers) as executor:
        trees = make_parts(OUT / "common", trees_part, shared, key, executor)
        parses = make_parts(OUT / "parses", parses_part, [(path, trees, *parser) for path in files], key, executor)
    write_json(OUT / "summary.json", {"captions": publish(parses, OUT / "parses")})
    for folder in OUT.glob(".common-*"):
        shutil.rmtree(folder)


if __name__ == "__main__":
    run_stage(main)
