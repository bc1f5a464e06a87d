"""The whole pipeline, stage by stage in this process, on captioned pictures of one's own and a tiny CLIP."""

import importlib
import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from ruamel.yaml import YAML

from stages.common.files.tables import SCHEMAS, read_table, write_parts
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from tests.project import ROOT, TINY, jpeg
from tools.preset import lay_over

SHIPPED = ("none.json", "nouns.csv", "verb_synonyms.csv", "verbs.csv", "parser")
OWN = {  # over params.yaml
    "captions": {
        "root": "coco",
        "sources": [{"annotations": "captions.json", "images": "images", "split": "random"}],
        "shares": {"train": 0.7, "val": 0.05, "test": 0.25},
        "short_side": 32,
    },
    "triples": {"truth": "data/none.json"},
    "base": {"model": "tiny.json", "epochs": 1, "batch_size": 8, "warmup": 1},
    "train": {"batch_size": 8, "warmup": 1},
    "evaluate": {"resamples": 20},
}


def make(folder: Path, captions: Iterable[str], changes: dict) -> None:
    """A picture for each caption, COCO's json, and the parameters: the default's, OWN and `changes` over them."""
    (folder / "coco/images").mkdir(parents=True)
    images, annotations = [], []
    for number, caption in enumerate(captions, 1):
        (folder / f"coco/images/{number}.jpg").write_bytes(jpeg(number, 32))
        images.append({"id": number, "file_name": f"{number}.jpg"})
        annotations.append({"id": number, "image_id": number, "caption": caption})
    (folder / "coco/captions.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    (folder / "tiny.json").write_text(json.dumps(TINY), encoding="utf-8")
    (folder / "data").mkdir()
    for name in SHIPPED:
        (folder / "data" / name).symlink_to(ROOT / "data" / name)
    params = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    lay_over(params, OWN)
    params["train"]["methods"] = {"ours": params["train"]["methods"]["ours"]}  # one is enough
    lay_over(params, changes)
    YAML().dump(params, folder / "params.yaml")


def parse() -> None:
    """Stage parse without child processes, which tests/parse has."""
    captions = read_table("data/captions/captions", SCHEMAS["captions"])
    trees = parse_captions(compact_pipeline(), captions["caption"].to_pylist())
    columns = {"caption_id": captions["caption_id"].to_pylist(), "words": trees}
    write_parts("data/parse/parses", [pa.table(columns, schema=SCHEMAS["parses"])], SCHEMAS["parses"])


def stage(name: str, *arguments: str) -> None:
    """`python -m stages.NAME ARGUMENTS` in this process."""
    importlib.import_module(f"stages.{name}.__main__").main(list(arguments))


def run(*commands: str) -> str:
    """Every stage in this folder, then `commands` and the report; the report's page."""
    for command in ("check", "captions"):
        stage(command)
    parse()
    for command in (
        "triples",
        "base",
        "negatives",
        "train ours",
        "evaluate base",
        "evaluate ours",
        *commands,
        "report",
    ):
        stage(*command.split())
    return Path("metrics/report/index.html").read_text(encoding="utf-8")
