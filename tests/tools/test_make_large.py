"""The pictures and captions of a set made for its size: real, recombined, the same again from the same seed."""

import json

import numpy as np
from PIL import Image

from stages.common.files.storage import write_json
from stages.common.language.lexicons import read_lexicon
from tests.project import jpeg
from tools.make_large import EACH, main, noun_shares, recombined

GROUPS = [["A man rides a horse in a field", "A man on a horse"], ["A dog sleeps under the table"]]
NOUNS = "word,kind,other\nman,animate,\ndog,animate,\ncat,animate,\nfield,unmentioned,\nhorse,may_be,table\n# rows: 5\n"


def test_the_end_comes_from_another_caption_and_a_noun_is_exchanged_in_all():
    nouns = [{"man": 0.5, "dog": 0.5}]
    found = {text for seed in range(20) for text in recombined(GROUPS, nouns, np.random.default_rng(seed))}
    assert {"A dog rides a horse under the table", "A man sleeps in a field"} <= found
    assert all(text.count(" in ") + text.count(" on ") + text.count(" under ") == 1 for text in found)


def test_the_layout_of_coco_and_the_same_bytes_from_the_same_seed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for seed in range(2):
        (tmp_path / f"photos/{seed}.jpg").write_bytes(jpeg(seed, 100))
    rows = [{"image_id": i, "caption": text} for i, group in enumerate(GROUPS) for text in group]
    write_json(tmp_path / "data/captions.json", {"annotations": rows})
    (tmp_path / "data/nouns.csv").write_text(NOUNS, encoding="utf-8")
    animate, others = noun_shares(GROUPS, read_lexicon("nouns"))
    assert animate == {"dog": 1 / 3, "man": 2 / 3} and others == {"horse": 2 / 3, "table": 1 / 3}

    def make(folder: str, seed: str) -> dict[str, bytes]:
        main([folder, "photos", "data/captions.json", "--images", "3", "--test", "2", "--seed", seed])
        files = (path for path in (tmp_path / folder).rglob("*") if path.is_file())
        return {str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in files}

    first, pictures = make("a", "0"), set()
    for split, count in (("train", 3), ("val", 2)):
        found = json.loads(first[f"annotations/captions_{split}2017.json"])
        assert (len(found["images"]), len(found["annotations"])) == (count, EACH * count)
        pictures |= {f"{split}2017/{image['file_name']}" for image in found["images"]}
    assert pictures == {name for name in first if name.endswith(".jpg")}
    assert {Image.open(f"a/{name}").size for name in pictures} <= {(640, 480), (480, 640)}
    assert make("b", "0") == first != make("c", "1")
