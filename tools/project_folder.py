"""A project folder of its own for a measurement, on tables of the project."""

from collections.abc import Iterable
from pathlib import Path

from ruamel.yaml import YAML

from stages.common.clip.pretrained import FOLDER

SHIPPED = ("parser", "nouns.csv", "verbs.csv", "verb_synonyms.csv", "none.json")  # in data/


def make_project(folder: Path, root: Path, inputs: Iterable[str], params: dict) -> None:
    """Give `folder` these parameters, and links to what is shipped and to `inputs` in data/ of the project `root`."""
    for name in (*SHIPPED, *inputs):
        link = folder / "data" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(root.absolute() / "data" / name)
    base = params["base"]
    prefix = FOLDER if base["model"].startswith(FOLDER) else ""
    model, files = (root.absolute() / path for path in (base["model"].removeprefix(prefix), base["files"]))
    named = {"model": f"{prefix}{model}", "files": str(files)} if model.exists() else {}  # else a name of open_clip's
    YAML().dump(params | {"base": base | named}, folder / "params.yaml")
