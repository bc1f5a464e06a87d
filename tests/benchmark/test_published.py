"""The benchmarks' published formats and scores, in small files of our own, and those sets that are at hand."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from stages.benchmark.published import BENCHMARKS
from stages.common.files.errors import InputError
from tests.project import ROOT

SHARED = ROOT.parent / "shared"
CREPE = {"filename": "1.jpg", "caption": "a cat", "negative_caption": "a dog"}
VALSE = {"image_file": "1.jpg", "caption": "one dog", "foil": "two dogs", "mturk": {"caption": 2}}
BLA = {"True1": "a sees b", "True2": "b is seen by a", "False1": "b sees a", "False2": "a is seen by b"}
CHECK = [["x/1.jpg", {"POS": ["man feed dog"], "NEG": ["dog"]}]]
ARO = {"image_path": "vg/7.jpg", "true_caption": "cat on mat", "false_caption": "mat on cat"}
ARO |= {"bbox_x": 10, "bbox_y": 20, "bbox_w": 30, "bbox_h": 40}
ARO_CAPTIONS = ["cat on mat", "mat on cat"]
WINO = {"image_0": "a", "image_1": "b", "caption_0": "x\u2028y", "caption_1": "y\x85x", "collapsed_tag": "Object"}
SVO = "sentence,pos_triplet,neg_triplet,pos_url,neg_url,pos_image_id,neg_image_id,subj_neg,verb_neg,obj_neg\n"
SVO_ROWS = ["1,2,False,True,False", "1,3,True,True,False", "1,4,True,False,False"]
PAIRS = [["red", "old"]] * 25 + [["big", "wet"]] * 24  # those with fewer than 25 examples do not count
FILES = {
    "sugarcrepe": {"swap_obj.json": {"0": CREPE}},
    "sugarcrepe_pp": {"swap_obj.json": [CREPE | {"caption2": "one cat"}]},
    "valse": {"counting.json": {"0": VALSE, "1": VALSE | {"mturk": {"caption": 1}}}},  # a foil that is not valid
    "bla": {f"{n}_captions.json": [{"image_id": i, "caption_group": [BLA]}] for n, i in (("a", "7"), ("b", 8))},
    "vl_checklist": {"vg/action.json": CHECK, "hake_action.json": CHECK},
    "winoground": {"examples.jsonl": json.dumps(WINO, ensure_ascii=False) + "\n"},  # lines end at a newline alone
    "svo_probes": {"svo_probes.csv": SVO + "".join(f"A girl sits.,,,u,v,{row}\n" for row in SVO_ROWS)},
    "aro_relation": {"visual_genome_relation.json": [ARO | {"relation_name": name} for name in ("on", "near")]},
    "aro_attribution": {"visual_genome_attribution.json": [ARO | {"attributes": pair} for pair in PAIRS]},
}
FILES["aro_relation"]["symmetric.json"] = ["near"]
PICTURE, CUT = ("1.jpg", ()), ("vg/7.jpg", (10, 20, 40, 60))
QUESTIONS = {
    "sugarcrepe": [("swap_obj", [PICTURE], ["a cat", "a dog"], False)],
    "sugarcrepe_pp": [("swap_obj", [PICTURE], ["a cat", "one cat", "a dog"], False)],
    "valse": [("counting", [PICTURE], ["one dog", "two dogs"], False)],
    "bla": [(n, [(path, ())], list(BLA.values()), False) for n, path in (("a", "7.jpg"), ("b", "8.jpg"))],
    "vl_checklist": [(f"{n}_action", [(f"{n}/x/1.jpg", ())], ["man feed dog", "dog"], False) for n in ("hake", "vg")],
    "winoground": [("Object", [("a.png", ()), ("b.png", ())], ["x\u2028y", "y\x85x"], False)],
    "svo_probes": [
        (n, [PICTURE, (p, ())], ["A girl sits."], False) for n, p in (("verb", "2.jpg"), ("subject", "4.jpg"))
    ],
    "aro_relation": [("on", [CUT], ARO_CAPTIONS, True), ("near", [CUT], ARO_CAPTIONS, False)],
    "aro_attribution": [("_".join(pair), [CUT], ARO_CAPTIONS, pair == PAIRS[0]) for pair in PAIRS],
}


def read(folder: Path, name: str, files: dict) -> list:
    """The questions in published files with this content."""
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(BENCHMARKS[name].read(folder))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_published_files_become_questions(tmp_path, name):
    assert read(tmp_path, name, FILES[name]) == QUESTIONS[name]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_read(tmp_path, encoding):
    files = {"swap_obj.json": json.dumps({"0": CREPE}).encode(encoding)}
    assert len(read(tmp_path, "sugarcrepe", files)) == 1
    files = {"svo_probes.csv": (SVO + "A girl sits.,,,u,v,1,2,False,True,False\n").encode(encoding)}
    assert len(read(tmp_path, "svo_probes", files)) == 1


@pytest.mark.parametrize("name", BENCHMARKS)
def test_an_empty_folder_is_named(tmp_path, name):
    with pytest.raises(InputError, match="give the benchmark's published folder"):
        list(BENCHMARKS[name].read(tmp_path))


@pytest.mark.parametrize(
    ("name", "file", "content", "message"),
    [
        ("sugarcrepe", "a.json", "{", "a.json: Invalid JSON"),
        ("sugarcrepe", "a.json", "[" * 100_000, "a.json: Invalid JSON"),
        ("sugarcrepe", "a.json", "7", "a.json: Input should be an object"),
        ("sugarcrepe", "a.json", [CREPE], "a.json: Input should be an object"),  # SugarCrepe++'s files are lists
        ("sugarcrepe_pp", "a.json", {"0": CREPE}, "a.json: Input should be a valid array"),
        ("sugarcrepe_pp", "a.json", [CREPE], r"a.json: \[0\]\['caption2'\]: Field required"),
        ("sugarcrepe", "a.json", {"first": 7}, r"a.json: \['first'\]: Input should be an object"),
        ("sugarcrepe", "a.json", {"0": CREPE | {"caption": "half \ud83d"}}, "a.json: Invalid JSON"),
        (
            "bla",
            "a.json",
            [{"image_id": 7, "caption_group": []}],
            r"\[0\]\['caption_group'\]: List should have at least 1",
        ),
        ("bla", "a.json", [{"image_id": 7, "caption_group": [{"True1": "a"}]}], r"\['True2'\]: Field required"),
        ("vl_checklist", "a.json", [["1.jpg"]], r"a.json: \[0\]\[1\]: Field required"),
        (
            "vl_checklist",
            "a.json",
            [["1.jpg", {"POS": ["a"], "NEG": []}]],
            r"\['NEG'\]: List should have at least 1 item",
        ),
        ("winoground", "examples.jsonl", json.dumps(WINO) + "\n{", r"examples.jsonl: \[1\]: Invalid JSON"),
        ("winoground", "examples.jsonl", '{"image_0": "a"}', r"examples.jsonl: \[0\]\['image_1'\]: Field required"),
        ("svo_probes", "svo_probes.csv", "sentence\nA girl sits.\n", r"\[0\]\['pos_image_id'\]: Field required"),
        ("svo_probes", "svo_probes.csv", SVO + ",,,u,v,1,2,False,True,False\n", r"\['sentence'\]: String should have"),
        ("svo_probes", "svo_probes.csv", SVO + "A,,,u,v,1,2,no,yes,no\n", r"\['subj_neg'\]: Input should be 'True' or"),
        ("svo_probes", "svo_probes.csv", SVO + '"' + "a" * 200_000, "svo_probes.csv: field larger than field limit"),
        ("svo_probes", "svo_probes.csv", b"\xff\xfea", "svo_probes.csv cannot be read"),
    ],
)
def test_a_broken_file_is_named_with_its_item_and_field(tmp_path, name, file, content, message):
    with pytest.raises(InputError, match=f"{message}.*; give the benchmark's published folder, or download") as error:
        read(tmp_path, name, {file: content})
    error.value.args[0].encode()  # what is reported can be printed


@pytest.mark.parametrize("value", [7, None, ["a"], {"a": 1}, True])
@pytest.mark.parametrize("field", CREPE)
def test_a_field_that_is_no_text_is_named(tmp_path, field, value):
    with pytest.raises(InputError, match=rf"swap_obj.json: \['first'\]\['{field}'\]: Input should be a valid string"):
        read(tmp_path, "sugarcrepe", {"swap_obj.json": {"first": CREPE | {field: value}}})


@pytest.mark.parametrize("side", ["10", None, True, float("nan"), float("inf"), [1]])
def test_a_side_of_a_box_that_is_no_number_is_named(tmp_path, side):
    files = {"visual_genome_relation.json": [ARO | {"relation_name": "on", "bbox_x": side}], "symmetric.json": []}
    with pytest.raises(InputError, match=r"visual_genome_relation.json: \[0\]\['bbox_x'\]: Input should be a"):
        read(tmp_path, "aro_relation", files)


def test_a_tie_is_wrong():
    shapes = {"svo_probes": (1, 2, 1), "winoground": (1, 2, 2), "bla": (1, 1, 4), "sugarcrepe_pp": (1, 1, 3)}
    for name, benchmark in BENCHMARKS.items():
        found = benchmark.scores(np.full(shapes.get(name, (1, 1, 2)), 0.5))
        assert all(right.tolist() == [0] for right in found.values())


def test_scores_of_cosines_by_hand():
    found = BENCHMARKS["winoground"].scores(np.array([[[0.9, 0.1], [0.5, 0.6]], [[0.5, 0.6], [0.1, 0.7]]]))
    expected = {"text": [True, False], "image": [True, True], "group": [True, False]}
    assert {name: right.tolist() for name, right in found.items()} == expected
    found = BENCHMARKS["sugarcrepe_pp"].scores(np.array([[[0.9, 0.8, 0.1]], [[0.9, 0.1, 0.5]]]))
    assert found["i2t"].tolist() == [True, False]
    assert BENCHMARKS["sugarcrepe"].scores(np.array([[[0.9, 0.8]], [[0.1, 0.5]]]))["i2t"].tolist() == [True, False]
    assert BENCHMARKS["svo_probes"].scores(np.array([[[0.9], [0.8]], [[0.1], [0.5]]]))["t2i"].tolist() == [True, False]


def test_bla_ranks_four_sentences():
    """Every order of four scores: two true sentences of the first two in 4 of 24 orders, one in 16, none in 4."""
    scores = np.array(list(permutations([0.4, 0.3, 0.2, 0.1])))[:, None]  # (24, 1, 4)
    found = {name: right.mean() for name, right in BENCHMARKS["bla"].scores(scores).items()}
    assert found == {"precision@2": 0.5, "first": 0.5, "second": 0.5, "group": pytest.approx(1 / 6)}
    found = BENCHMARKS["bla"].scores(np.array([[[0.9, 0.3, 0.1, 0.4]]]))
    assert [right.tolist() for right in found.values()] == [[0.5], [True], [False], [False]]


@pytest.mark.skipif(not (SHARED / "benchmarks").is_dir(), reason="../shared/benchmarks is not there")
def test_published_files_themselves():
    folder = SHARED / "benchmarks"
    for name, path in (("sugarcrepe", folder / "sugarcrepe"), ("bla", folder / "bla/annotations")):
        counts = {
            file.stem.removesuffix("_captions"): len(json.loads(file.read_text())) for file in path.glob("*.json")
        }
        categories = [question.category for question in BENCHMARKS[name].read(path)]
        assert {category: categories.count(category) for category in set(categories)} == counts
