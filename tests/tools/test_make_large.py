"""The pictures and captions of a set made for its size: real, recombined, the same again from the same seed."""

import json
import sys

import numpy as np
from PIL import Image

from tools.make_large import EACH, common_nouns, main, recombined

GROUPS = [["A man rides a horse in a field", "A man on a horse"], ["A dog sleeps under the table"]]


def test_the_end_comes_from_another_caption_and_a_noun_is_exchanged_in_all():
    nouns = [{"man": 0.5, "dog": 0.5}]
    found = {text for seed in range(20) for text in recombined(GROUPS, nouns, np.random.default_rng(seed))}
    assert "A dog rides a horse under the table" in found
    assert "A man sleeps in a field" in found
    assert all(text.count(" in ") + text.count(" on ") + text.count(" under ") == 1 for text in found)


def test_nouns_by_how_often_they_are_said(tmp_path):
    path = tmp_path / "nouns.csv"
    path.write_text("# nouns\nword,kind,other\nman,animate,\ndog,animate,\ncat,animate,\nhorse,may_be,table\n", "utf-8")
    animate, others = common_nouns(GROUPS, path)
    assert animate == {"dog": 1 / 3, "man": 2 / 3}
    assert others == {"horse": 2 / 3, "table": 1 / 3}


def make(folder, monkeypatch, seed: str) -> dict[str, bytes]:
    arguments = ["make_large", str(folder), "photos", "captions.json", "--images", "3", "--test", "2", "--seed", seed]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_layout_of_coco_and_the_same_bytes_from_the_same_seed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for i in range(2):
        Image.effect_noise((100, 80), 60 + i).convert("RGB").save(tmp_path / f"photos/{i}.jpg")
    rows = [{"image_id": i, "caption": text} for i, group in enumerate(GROUPS) for text in group]
    (tmp_path / "captions.json").write_text(json.dumps({"annotations": rows}), encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/nouns.csv").write_text("word,kind,other\nman,animate,\nhorse,may_be,table\n", encoding="utf-8")
    first = make(tmp_path / "a", monkeypatch, "0")
    train, val = (json.loads(first[f"annotations/captions_{split}2017.json"]) for split in ("train", "val"))
    assert [len(one[key]) for one in (train, val) for key in ("images", "annotations")] == [3, 3 * EACH, 2, 2 * EACH]
    pictures = {
        f"{split}2017/{image['file_name']}"
        for split, one in (("train", train), ("val", val))
        for image in one["images"]
    }
    assert pictures == {name for name in first if name.endswith(".jpg")}
    sizes = {Image.open(tmp_path / "a" / name).size for name in pictures}
    assert sizes <= {(640, 480), (480, 640)}
    assert make(tmp_path / "b", monkeypatch, "0") == first
    assert make(tmp_path / "c", monkeypatch, "1") != first
