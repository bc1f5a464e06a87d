"""python -m stages.publish NAME FOLDER [--push OWNER/NAME]: a model of the project as a folder for a hub.

The folder holds weights, configuration, tokenizer, candidate statements, temperature and a card with the accuracies
that were measured. It is checked by loading it with open_clip, and by asking it about a picture.
"""

import argparse
import shutil
from pathlib import Path

import pyarrow as pa
from huggingface_hub import HfApi

from stages.common.clip.checkpoint import HISTORY, MODELS
from stages.common.files.errors import InputError, one_line, run_stage
from stages.common.files.params import load_params, target_name
from stages.common.files.storage import write_beside, write_json
from stages.common.files.tables import SCHEMAS, read_part, table_files, write_table
from stages.common.language.statements import SCHEMA
from stages.evaluate.schemas import EVALUATED
from stages.infer.relations import CALIBRATION, STATEMENTS, Relations, known_models, read_calibration, read_statements
from stages.publish.card import card

IMAGES = "data/captions/images"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.publish", description="A model as a folder for a hub.")
    parser.add_argument("name", metavar="NAME", help="a name in data/models")
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the folder to write; one of this command is replaced"
    )
    parser.add_argument("--push", metavar="OWNER/NAME", help="the repository to send it to, on Hugging Face's hub")
    return parser.parse_args(arguments)


def write_folder(name: str, folder: Path) -> None:
    """Put the folder together, whole or not at all, ask it about the first picture of the project, and print that."""
    model = MODELS / name
    statements, calibration = read_statements(model), read_calibration(model)
    text = card(name, load_params(), EVALUATED / name / "measures.parquet", calibration, len(statements))
    picture = read_part(table_files(IMAGES)[0], SCHEMAS["images"], ["jpeg"])["jpeg"][0].as_py()
    with write_beside(folder) as beside:
        shutil.copytree(model, beside, ignore=shutil.ignore_patterns(HISTORY))
        table = pa.Table.from_pandas(statements, pa.schema(list(SCHEMA)), preserve_index=False)
        write_table(beside / STATEMENTS, table, SCHEMA)
        if calibration:
            write_json(beside / CALIBRATION, calibration)
        (beside / "README.md").write_text(text, encoding="utf-8")
        best = Relations(beside, "cpu", cache=False).rank(picture).iloc[0]
    print(f"{folder} ranks first for the project's first picture: {best['text']} ({best['probability']:.0%})")


def push(folder: Path, repository: str) -> None:
    """Send a folder to a repository on Hugging Face's hub, which is created if it does not exist."""
    try:
        api = HfApi()
        api.create_repo(repository, exist_ok=True)
        api.upload_folder(folder_path=folder, repo_id=repository)
    except Exception as error:  # raised by the hub and the network
        remedy = "run `hf auth login`, connect, and run again"
        raise InputError(f"cannot push to {repository} ({one_line(error)}); {remedy}") from None


def main(arguments: list[str]) -> None:
    given = parse(arguments)
    name = target_name([given.name], known_models(), f"models in {MODELS}")
    if given.folder.exists() and not (given.folder / STATEMENTS).is_file():
        raise InputError(f"{given.folder} exists and was not written by this command; name another")
    write_folder(name, given.folder)
    if given.push:
        push(given.folder, given.push)


if __name__ == "__main__":
    run_stage(main)
