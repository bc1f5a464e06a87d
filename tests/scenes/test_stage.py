"""The whole stage: a small data set in COCO's format."""

import json
from pathlib import Path

import pandas as pd
import yaml
from PIL import Image

from stages.captions.formats.coco import read
from stages.scenes.__main__ import EXAMPLES, main
from stages.scenes.world import SPLITS, draw_scene
from tests.project import run_here


def test_annotations_truth_and_examples_agree(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"seed": 3, "scenes": {"images": 150, "size": 16}}))
    run_here(monkeypatch, tmp_path, main)
    folder, scenes = Path("data/scenes"), {number: draw_scene(3, number) for number in range(1, 151)}
    parts = [read(folder / f"annotations/captions_{split}.json").assign(split=split) for split in SPLITS]
    rows = pd.concat(parts)
    assert dict(zip(rows["image_id"], rows["split"])) == {number: scene.split for number, scene in scenes.items()}
    assert len(rows) == 4 * 150 and rows["caption_id"].is_unique
    assert {str(path.relative_to(folder / "images")) for path in folder.glob("images/*")} == set(rows["file_name"])
    truth = json.loads((folder / "truth.json").read_text())
    triples = {number: (scene.subject, scene.verb, scene.object) for number, scene in scenes.items()}
    assert {int(number): (t["subject"], t["relation"], t["object"]) for number, t in truth.items()} == triples
    examples = pd.read_csv(folder / "examples.csv")
    tested = [(f"images/{i:06d}.jpg", s.subject, s.object) for i, s in scenes.items() if s.split == "test"]
    assert list(examples.itertuples(index=False, name=None)) == tested[:EXAMPLES] and len(tested) > EXAMPLES
    assert Image.open(folder / "contact_sheet.png").size == (6 * (48 + 8) + 8, 4 * (48 + 26) + 8)
