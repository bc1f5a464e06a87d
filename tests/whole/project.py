"""The whole pipeline, stage by stage in this process, on captioned pictures of one's own and a tiny CLIP."""

import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from ruamel.yaml import YAML

from stages.common.files.tables import SCHEMAS, read_table, write_parts
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from tools.preset import lay_over

ROOT = Path(__file__).parents[2]
SHIPPED = ("nouns.csv", "verb_synonyms.csv", "verbs.csv", "parser")
MODEL = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
OWN = {  # over params.yaml
    "captions": {
        "root": "coco",
        "sources": [{"annotations": "captions.json", "images": "images", "split": "random"}],
        "shares": {"train": 0.7, "val": 0.05, "test": 0.25},
        "short_side": 32,
    },
    "triples": {"truth": ""},
    "base": {"model": "tiny.json", "epochs": 1, "batch_size": 8, "warmup": 1},
    "train": {"batch_size": 8, "warmup": 1},
    "evaluate": {"resamples": 20},
}


def make(folder: Path, captions: Iterable[str], changes: dict) -> None:
    """A picture for each caption, COCO's json, and the parameters: the default's, OWN and `changes` over them."""
    (folder / "coco/images").mkdir(parents=True)
    random, images, said = np.random.default_rng(0), [], []
    for number, caption in enumerate(captions, 1):
        noise = random.integers(0, 256, (40, 32, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"coco/images/{number}.jpg")
        images.append({"id": number, "file_name": f"{number}.jpg"})
        said.append({"id": number, "image_id": number, "caption": caption})
    (folder / "coco/captions.json").write_text(json.dumps({"images": images, "annotations": said}), encoding="utf-8")
    set_up(folder, changes)


def set_up(folder: Path, changes: dict) -> None:
    """The parameters, the tiny CLIP's configuration and the shipped data, beside a data set that is there."""
    (folder / "tiny.json").write_text(json.dumps(MODEL), encoding="utf-8")
    (folder / "data").mkdir()
    for name in SHIPPED:
        (folder / "data" / name).symlink_to(ROOT / "data" / name)
    params = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for changed in (OWN, changes):
        lay_over(params, changed)
    params["train"]["methods"] = {"ours": params["train"]["methods"]["ours"]}  # one is enough
    YAML().dump(params, folder / "params.yaml")


def parse() -> None:
    """Stage parse without child processes, which tests/parse has."""
    captions = read_table("data/captions/captions", SCHEMAS["captions"])
    trees = parse_captions(compact_pipeline(), captions["caption"].to_pylist())
    columns = {"caption_id": captions["caption_id"].to_pylist(), "words": trees}
    write_parts("data/parse/parses", [pa.table(columns, schema=SCHEMAS["parses"])], SCHEMAS["parses"])


def stage(monkeypatch, name: str, *arguments: str) -> None:
    """`python -m stages.NAME ARGUMENTS`."""
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    importlib.import_module(f"stages.{name}.__main__").main()


def run(folder: Path, monkeypatch) -> str:
    """Every stage in the folder, up to the report; its page."""
    monkeypatch.chdir(folder)
    for name in ("check", "captions"):
        stage(monkeypatch, name)
    parse()
    for name in ("triples", "base", "features", "negatives"):
        stage(monkeypatch, name)
    stage(monkeypatch, "train", "ours")
    for model in ("base", "ours"):
        stage(monkeypatch, "evaluate", model)
    stage(monkeypatch, "report")
    return Path("metrics/report/index.html").read_text(encoding="utf-8")
