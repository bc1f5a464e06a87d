"""The benchmarks' published formats, in small files of our own, and SugarCrepe itself where it is at hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.common.errors import InputError
from stages.evaluate.benchmarks import (
    benchmark_outcomes,
    benchmark_table,
    locate,
    read_sugarcrepe,
    read_valse,
    read_winoground,
)

SHARED = Path(__file__).parents[2].parent / "shared"


def test_sugarcrepe_items_become_questions(tmp_path):
    item = {"filename": "1.jpg", "caption": "a cat on a mat", "negative_caption": "a mat on a cat"}
    (tmp_path / "swap_obj.json").write_text(json.dumps({"0": item}))
    rows = read_sugarcrepe(tmp_path).values.tolist()
    assert rows == [["swap_obj", ["1.jpg"], ["a cat on a mat", "a mat on a cat"]]]


def test_valse_keeps_valid_foils_alone(tmp_path):
    item = {"image_file": "1.jpg", "caption": "one dog", "foil": "two dogs", "mturk": {"caption": 2}}
    items = {"0": item, "1": item | {"mturk": {"caption": 1}}}
    (tmp_path / "counting.json").write_text(json.dumps(items))
    assert len(read_valse(tmp_path)) == 1


def test_winoground_scores_by_its_published_rule(tmp_path):
    item = {"image_0": "a", "image_1": "b", "caption_0": "x y", "caption_1": "y x", "collapsed_tag": "Object"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(item) + "\n")
    questions = read_winoground(tmp_path)
    names, texts = pd.Index(["a.png", "b.png"]), pd.Index(["x y", "y x"])
    table = benchmark_table(questions, names, np.eye(2), texts, np.eye(2), 20, 0)
    assert table["direction"].tolist() == ["text", "image", "group"] * 2
    assert (table["accuracy"] == 1).all()


def test_a_tie_is_wrong():
    assert benchmark_outcomes(np.full((1, 1, 2), 0.5))["i2t"].tolist() == [0]
    assert benchmark_outcomes(np.full((1, 2, 2), 0.5))["group"].tolist() == [0]


def test_missing_images_are_named(tmp_path):
    (tmp_path / "val").mkdir()
    (tmp_path / "val" / "1.jpg").write_bytes(b"")
    questions = pd.DataFrame({"category": "x", "files": [["1.jpg"], ["2.jpg"]], "texts": [["a", "b"]] * 2})
    kept, found, missing = locate(questions, tmp_path)
    assert (len(kept), list(found), missing) == (1, ["1.jpg"], ["2.jpg"])


@pytest.mark.parametrize("content", ["{", '{"0": {"filename": "1.jpg"}}'])
def test_broken_files_are_named(tmp_path, content):
    (tmp_path / "add_obj.json").write_text(content)
    with pytest.raises(InputError, match="add_obj.json"):
        read_sugarcrepe(tmp_path)


def test_sugarcrepe_itself():
    folder, photographs = SHARED / "benchmarks" / "sugarcrepe", SHARED / "coco_sample"
    if not (folder.is_dir() and photographs.is_dir()):
        pytest.skip("../shared/benchmarks/sugarcrepe and ../shared/coco_sample are not here")
    kept, found, missing = locate(read_sugarcrepe(folder), photographs)
    assert len(kept) == 305
    assert kept["category"].nunique() == 7
    assert missing and not set(missing) & set(found)
