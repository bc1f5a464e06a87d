"""The whole stage on a hand-made folder, and no partial output when it fails."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

import stages.captions.__main__ as stage
from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_table, table_files
from tests.project import RUN, run_here, start

SHARES = {"train": 0.8, "val": 0.05, "test": 0.15}


def make(folder: Path, pictures=(1, 2), splits=("train", "test"), root: object = "coco", shares=SHARES) -> None:
    """A file for each of `splits`, of one image with two captions, of which only `pictures` exist."""
    (folder / "coco").mkdir()
    sources = []
    for i, split in enumerate(splits, 1):
        annotations = [{"id": 10 * i + j, "image_id": i, "caption": f"caption <b>{j}</b> of {i}"} for j in (0, 1)]
        content = {"images": [{"id": i, "file_name": f"{i}.jpg"}], "annotations": annotations}
        (folder / f"coco/captions{i}.json").write_text(json.dumps(content), encoding="utf-8")
        sources.append({"annotations": f"captions{i}.json", "images": ".", "split": split})
    for i in pictures:
        Image.new("RGB", (200, 100), "red").save(folder / f"coco/{i}.jpg")
    options = {"root": str(root), "sources": sources, "shares": shares, "short_side": 50}
    params = {"seed": 0, "run": RUN, "captions": options}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_the_stage_writes_both_tables_in_parts_of_the_same_images(tmp_path, monkeypatch):
    make(tmp_path, (1, 2, 3), ("train", "test", "train"))
    monkeypatch.setattr(stage, "PART", 2)
    monkeypatch.setattr(stage, "local_workers", lambda jobs, gigabytes: 1)
    run_here(monkeypatch, tmp_path, stage.main)
    tables = {name: read_table(f"data/captions/{name}", SCHEMAS[name]).to_pylist() for name in ("captions", "images")}
    assert tables["captions"][3] == {"caption_id": 21, "image_id": 2, "caption": "caption 1 of 2", "split": "test"}
    for name, rows in tables.items():
        parts = [pq.read_table(path)["image_id"].unique().to_pylist() for path in table_files(f"data/captions/{name}")]
        assert parts == [[1, 2], [3]]
        assert len(rows) == (6 if name == "captions" else 3)
    summary = json.loads(Path("data/captions/summary.json").read_text())
    assert summary == {"captions": 6, "images": 3, "images_by_split": {"train": 2, "test": 1}}


def test_a_missing_image_leaves_no_output(tmp_path):
    make(tmp_path, pictures=(1,))
    process = start(tmp_path, "stages.captions")
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert errors.splitlines()[-1].endswith("2.jpg is missing; add the image or drop what names it")
    assert not list((tmp_path / "data").rglob("*.parquet*"))


def test_a_split_without_an_image_is_reported_before_the_images_are_read(tmp_path, monkeypatch):
    """All to train, as nothing is drawn for a test part of 0."""
    make(tmp_path, (), ("random", "random"), shares={"train": 0.98, "val": 0.02, "test": 0.0})
    line = "captions.sources give no image to split test; give captions.shares a larger test part"
    with pytest.raises(InputError, match=line):
        run_here(monkeypatch, tmp_path, stage.main)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("changed", "line"), [("image_id", "image id 1 occurs twice"), ("id", "caption id 10 occurs")])
def test_an_id_of_two_files_is_named(tmp_path, monkeypatch, changed, line):
    make(tmp_path)
    path = tmp_path / "coco/captions2.json"
    content = json.loads(path.read_text())
    for entry in content["annotations"]:
        entry[changed] -= 1 if changed == "image_id" else 10
    content["images"][0]["id"] = content["annotations"][0]["image_id"]
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=f"{line}.*; make ids unique over all files"):
        run_here(monkeypatch, tmp_path, stage.main)


def test_an_absolute_root_is_read_from_anywhere(tmp_path, monkeypatch):
    """As in the folder where `dvc exp run --temp` works."""
    make(tmp_path, root=tmp_path / "coco")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "params.yaml").rename(tmp_path / "elsewhere/params.yaml")
    run_here(monkeypatch, tmp_path / "elsewhere", stage.main)
    assert (tmp_path / "elsewhere/data/captions/summary.json").is_file()
