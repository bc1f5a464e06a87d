"""python -m stages.features MODEL: images and a model -> data/features/MODEL, the table of embeddings, in parts."""

from pathlib import Path

from stages.common.clip.checkpoint import MODELS
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import run_stage
from stages.common.files.executor import open_executor
from stages.common.files.params import read_block, target_name
from stages.common.files.parts import make_parts, publish
from stages.common.files.tables import table_files
from stages.common.run import RunOptions
from stages.features.options import Features
from stages.features.part import features_part


def main(arguments: list[str]) -> None:
    run = read_block("run", RunOptions)
    name = target_name(arguments, read_block("features", Features), "features of params.yaml")
    files, out = table_files("data/captions/images"), Path("data/features") / name
    key = content_key(name, [*files, MODELS / name, *code_files("features")])
    with open_executor(run.engine, workers=1) as executor:  # PyTorch uses all cores, or the GPU
        publish(make_parts(out, features_part, [(path, name, run.device, key) for path in files], key, executor), out)


if __name__ == "__main__":
    run_stage(main)
