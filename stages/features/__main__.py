"""python -m stages.features: images, triples and base -> the tables of features images and texts, in parts."""

from pathlib import Path

from stages.common.clip.clip import MODELS
from stages.common.files.errors import run_stage
from stages.common.files.executor import open_executor
from stages.common.files.cache_keys import code_of, content_key
from stages.common.files.params import read_block
from stages.common.files.parts import make_parts, publish
from stages.common.run import RunOptions
from stages.common.files.tables import table_files
from stages.features.part import images_part, texts_part

OUT = Path("data/features")
TABLES = {
    "images": (Path("data/captions/images"), images_part),
    "texts": (Path("data/triples/triples"), texts_part),
}


def main() -> None:
    run = read_block("run", RunOptions)
    with open_executor(run.engine, workers=1) as executor:  # PyTorch takes all cores, or the GPU
        for name, (table, work) in TABLES.items():
            files = table_files(table)
            key = content_key(name, [*files, MODELS / "base", *code_of("features")])
            parts = make_parts(OUT / name, work, [(path, run.device, key) for path in files], key, executor)
            publish(parts, OUT / name)


if __name__ == "__main__":
    run_stage(main)
