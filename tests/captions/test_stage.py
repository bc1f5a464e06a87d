"""The whole stage on a hand-made folder, and no partial output when it fails."""

import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pyarrow.parquet as pq
import yaml
from PIL import Image

from tests.project import ROOT, RUN


def run(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "stages.captions"]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


SHARES = {"train": 0.8, "val": 0.05, "test": 0.15}


def make(
    folder: Path,
    pictures: tuple[int, ...],
    splits=MappingProxyType({1: "train", 2: "test"}),
    root="coco",
    shares=SHARES,
):
    """Two captioned images, a file and a split each, of which only `pictures` exist."""
    (folder / "coco").mkdir()
    for i in (1, 2):
        said = {"id": 10 + i, "image_id": i, "caption": f"caption {i}"}
        content = {"images": [{"id": i, "file_name": f"{i}.jpg"}], "annotations": [said]}
        (folder / "coco" / f"captions{i}.json").write_text(json.dumps(content), encoding="utf-8")
    for i in pictures:
        Image.new("RGB", (200, 100), "red").save(folder / "coco" / f"{i}.jpg")
    sources = [{"annotations": f"captions{i}.json", "images": ".", "split": split} for i, split in splits.items()]
    options = {"root": str(root), "sources": sources, "shares": shares, "short_side": 50}
    params = {"seed": 0, "run": RUN, "captions": options}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_writes_both_tables(tmp_path):
    make(tmp_path, pictures=(1, 2))
    assert run(tmp_path).returncode == 0
    captions = pq.read_table(tmp_path / "data/captions/captions/part-00000.parquet").to_pylist()
    assert captions[1] == {"caption_id": 12, "image_id": 2, "caption": "caption 2", "split": "test"}
    images = pq.read_table(tmp_path / "data/captions/images/part-00000.parquet").to_pandas()
    assert images[["image_id", "width", "height"]].to_numpy().tolist() == [[1, 100, 50], [2, 100, 50]]


def test_a_missing_image_leaves_no_output(tmp_path):
    make(tmp_path, pictures=(1,))
    done = run(tmp_path)
    assert done.returncode == 1
    assert "2.jpg is missing" in done.stderr.splitlines()[-1]
    assert not list((tmp_path / "data").rglob("*.parquet*"))


def test_a_split_without_an_image_is_reported_before_the_images_are_read(tmp_path):
    """All to train, as nothing is drawn for a test part of 0."""
    make(tmp_path, (), {1: "random", 2: "random"}, shares={"train": 0.98, "val": 0.02, "test": 0.0})
    done = run(tmp_path)
    line = "captions.sources give no image to split test; give captions.shares a larger test part"
    assert done.returncode == 1 and line in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_an_absolute_root_is_read_from_anywhere(tmp_path):
    """As in the folder where `dvc exp run --temp` works."""
    make(tmp_path, (1, 2), root=tmp_path / "coco")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "params.yaml").rename(tmp_path / "elsewhere/params.yaml")
    assert run(tmp_path / "elsewhere").returncode == 0
