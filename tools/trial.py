"""A training or evaluation in a folder of its own, on tables of the project."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest import mock

from ruamel.yaml import YAML

from stages.common.clip.embed import MODELS, load_checkpoint
from stages.common.files.storage import write_json
from stages.common.files.tables import read_jpegs
from stages.evaluate.__main__ import read_inputs
from stages.evaluate.exact import encode_items
from stages.evaluate.relation import answer, unique_items
from stages.evaluate.retention import caption_recalls

SETS = ("dynamic", "stative", "swapped")


@contextlib.contextmanager
def inside(folder: Path, root: Path, inputs: Iterable[str], params: dict) -> Iterator[None]:
    """Work in `folder`, where `inputs` of data/ are those of the project `root` and the parameters are `params`."""
    for name in inputs:
        link = folder / "data" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(root.absolute() / "data" / name)
    YAML().dump(params, folder / "params.yaml")
    with contextlib.chdir(folder):
        yield


def call(main: Callable[[], None], *arguments: str) -> None:
    """A stage's main with these arguments."""
    with mock.patch.object(sys, "argv", ["stage", *arguments]):
        main()


def once(path: Path, run: Callable[[], dict]) -> dict:
    """What `run` finds, kept at `path` so that it is not found again."""
    if not path.is_file():
        write_json(path, run())
    return json.loads(path.read_text(encoding="utf-8"))


def measure(name: str) -> dict[str, float]:
    """Percent right of the model in data/models/NAME on the test split: "dynamic i2t" and so on, and "recall@1"
    of whole captions, the mean of both ways."""
    inputs = read_inputs()
    test, captions = inputs.test, inputs.captions
    image_ids, texts = unique_items(test, captions)
    items = encode_items(load_checkpoint(MODELS / name), image_ids, read_jpegs(image_ids), texts)
    outcomes = answer(test, items)[["i2t", "t2i"]].groupby(test["set"]).mean()
    found = {f"{name} {way}": outcomes.loc[name, way] for name in SETS for way in outcomes if name in outcomes.index}
    recalls = caption_recalls(captions, items)
    found["recall@1"] = (recalls["i2t_recall@1"] + recalls["t2i_recall@1"]) / 2
    return {name: round(100 * float(value), 1) for name, value in found.items()}
