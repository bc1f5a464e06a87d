"""python -m stages.publish NAME FOLDER [--push OWNER/NAME]: a model of the project as a folder for a hub.

The folder holds weights, configuration, tokenizer, candidate statements, temperature and a card with the accuracies
that were measured. It is checked by loading it with open_clip, and by asking it about a picture.
"""

import argparse
import shutil
from pathlib import Path

import pyarrow as pa
from huggingface_hub import HfApi

from stages.common.clip.checkpoint import CONFIG, MODELS
from stages.common.files.errors import InputError, one_line, run_stage
from stages.common.files.params import load_params
from stages.common.files.storage import write_beside, write_json
from stages.common.files.tables import SCHEMAS, read_jpegs, read_part, table_files, write_table
from stages.common.language.statements import SCHEMA
from stages.evaluate.schemas import EVALUATED
from stages.infer.relations import CALIBRATION, STATEMENTS, Relations, known_models, read_calibration, read_statements
from stages.publish.card import card

IMAGES = "data/captions/images"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.publish", description="A model as a folder for a hub.")
    parser.add_argument("name", metavar="NAME", help="a name in data/models")
    parser.add_argument("folder", metavar="FOLDER", help="the folder to write, which must not exist")
    parser.add_argument("--push", metavar="OWNER/NAME", help="the repository to send it to, on Hugging Face's hub")
    return parser.parse_args(arguments)


def write_folder(name: str, folder: Path) -> None:
    """Put the folder together, whole or not at all; it is checked before it gets its name."""
    model, params = MODELS / name, load_params()
    statements, calibration = read_statements(model), read_calibration(model)
    with write_beside(folder) as beside:
        shutil.copytree(model, beside, ignore=shutil.ignore_patterns("history.csv"))
        table = pa.Table.from_pandas(statements, pa.schema(list(SCHEMA)), preserve_index=False)
        write_table(beside / STATEMENTS, table, SCHEMA)
        if calibration:
            write_json(beside / CALIBRATION, calibration)
        text = card(name, params, EVALUATED / name / "measures.parquet", calibration, statements)
        (beside / "README.md").write_text(text, encoding="utf-8")
        check(beside)


def check(folder: Path) -> None:
    """Load a folder as its users do, and ask it about the first picture of the project."""
    (picture,) = read_jpegs(
        read_part(table_files(IMAGES)[0], SCHEMAS["images"], ["image_id"])["image_id"].to_pylist()[:1]
    )
    found = Relations(folder, "cpu").rank(picture)
    print(
        f"{folder.name.split('.')[1]} says of a picture: {found['text'].iloc[0]} ({found['probability'].iloc[0]:.0%})"
    )


def push(folder: Path, repository: str) -> None:
    """Send a folder to a repository on Hugging Face's hub, which is created if it does not exist."""
    try:
        api = HfApi()
        api.create_repo(repository, exist_ok=True)
        api.upload_folder(folder_path=folder, repo_id=repository)
    except Exception as error:  # raised by the hub and the network
        raise InputError(
            f"cannot push to {repository} ({one_line(error)}); run `hf auth login`, connect, and run again"
        ) from None


def main(arguments: list[str]) -> None:
    given = parse(arguments)
    folder = Path(given.folder)
    if given.name not in known_models():
        raise InputError(f"{MODELS} has no model {given.name!r} but {', '.join(known_models()) or 'none'}; name one")
    if folder.exists() and not (folder / CONFIG).is_file():
        raise InputError(f"{folder} exists and is not a model folder; name another")
    write_folder(given.name, folder)
    if given.push:
        push(folder, given.push)


if __name__ == "__main__":
    run_stage(main)
