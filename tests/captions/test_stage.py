"""The whole stage on a hand-made folder, and no partial output when it fails."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from PIL import Image

ROOT = Path(__file__).parents[2]


def run(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "stages.captions"]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def make(folder: Path, pictures: tuple[int, ...]) -> None:
    """Two captioned images, of which only `pictures` exist."""
    (folder / "coco").mkdir()
    content = {
        "images": [{"id": i, "file_name": f"{i}.jpg"} for i in (1, 2)],
        "annotations": [{"id": 10 + i, "image_id": i, "caption": f"caption {i}"} for i in (1, 2)],
    }
    (folder / "coco" / "captions.json").write_text(json.dumps(content), encoding="utf-8")
    for i in pictures:
        Image.new("RGB", (200, 100), "red").save(folder / "coco" / f"{i}.jpg")
    source = {"annotations": "captions.json", "images": ".", "split": "test"}
    shares = {"train": 0.8, "val": 0.05, "test": 0.15}
    options = {"root": "coco", "sources": [source], "shares": shares, "short_side": 50}
    params = {"seed": 0, "captions": options}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_writes_both_tables(tmp_path):
    make(tmp_path, pictures=(1, 2))
    assert run(tmp_path).returncode == 0
    captions = pq.read_table(tmp_path / "data/captions/captions.parquet").to_pylist()
    assert captions[1] == {"caption_id": 12, "image_id": 2, "caption": "caption 2", "split": "test"}
    images = pq.read_table(tmp_path / "data/captions/images.parquet").to_pandas()
    assert images[["image_id", "width", "height"]].to_numpy().tolist() == [[1, 100, 50], [2, 100, 50]]


def test_a_missing_image_leaves_no_output(tmp_path):
    make(tmp_path, pictures=(1,))
    done = run(tmp_path)
    assert done.returncode == 1
    assert "2.jpg is missing" in done.stderr.splitlines()[-1]
    assert not list((tmp_path / "data").rglob("*.parquet*"))
