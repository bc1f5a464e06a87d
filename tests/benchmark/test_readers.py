"""The benchmarks' published formats, in small files of our own, and SugarCrepe where it is at hand."""

import json
from pathlib import Path

import pytest

from stages.benchmark.pictures import locate
from stages.benchmark.published import BENCHMARKS
from stages.common.files.errors import InputError

SHARED = Path(__file__).parents[2].parent / "shared"
ARO = {
    "image_path": "vg/7.jpg",
    "bbox_x": 10,
    "bbox_y": 20,
    "bbox_w": 30,
    "bbox_h": 40,
    "true_caption": "the cat is on the mat",
    "false_caption": "the mat is on the cat",
}
SVO_HEADER = "sentence,pos_triplet,neg_triplet,pos_url,neg_url,pos_image_id,neg_image_id,subj_neg,verb_neg,obj_neg"


def test_sugarcrepe_items_become_questions(tmp_path):
    item = {"filename": "1.jpg", "caption": "a cat on a mat", "negative_caption": "a mat on a cat"}
    (tmp_path / "swap_obj.json").write_text(json.dumps({"0": item}))
    rows = BENCHMARKS["sugarcrepe"].read(tmp_path).values.tolist()
    assert rows == [["swap_obj", [("1.jpg", ())], ["a cat on a mat", "a mat on a cat"], False]]


def test_valse_keeps_valid_foils_alone(tmp_path):
    item = {"image_file": "1.jpg", "caption": "one dog", "foil": "two dogs", "mturk": {"caption": 2}}
    items = {"0": item, "1": item | {"mturk": {"caption": 1}}}
    (tmp_path / "counting.json").write_text(json.dumps(items))
    assert len(BENCHMARKS["valse"].read(tmp_path)) == 1


def test_winoground_has_two_images_and_two_captions(tmp_path):
    item = {"image_0": "a", "image_1": "b", "caption_0": "x y", "caption_1": "y x"}
    item |= {"collapsed_tag": "Object"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(item) + "\n")
    rows = BENCHMARKS["winoground"].read(tmp_path).values.tolist()
    assert rows == [["Object", [("a.png", ()), ("b.png", ())], ["x y", "y x"], False]]


def test_aro_relations_are_cut_to_their_box_and_symmetric_ones_not_averaged(tmp_path):
    items = [ARO | {"relation_name": name} for name in ("on", "near")]
    (tmp_path / "visual_genome_relation.json").write_text(json.dumps(items))
    (tmp_path / "symmetric.json").write_text('["near"]')
    table = BENCHMARKS["aro_relation"].read(tmp_path)
    assert table["pictures"][0] == [("vg/7.jpg", (10, 20, 40, 60))]
    assert table["texts"][0] == ["the cat is on the mat", "the mat is on the cat"]
    assert list(zip(table["category"], table["macro"])) == [("on", True), ("near", False)]


def test_aro_without_the_list_of_symmetric_relations_says_so(tmp_path):
    (tmp_path / "visual_genome_relation.json").write_text("[]")
    with pytest.raises(InputError, match="symmetric.json"):
        BENCHMARKS["aro_relation"].read(tmp_path)


def test_aro_attributes_are_averaged_from_25_examples_on(tmp_path):
    items = [ARO | {"attributes": pair} for pair in 25 * [["red", "old"]] + 24 * [["big", "wet"]]]
    (tmp_path / "visual_genome_attribution.json").write_text(json.dumps(items))
    table = BENCHMARKS["aro_attribution"].read(tmp_path)
    assert set(zip(table["category"], table["macro"])) == {("red_old", True), ("big_wet", False)}


def test_svo_probes_keeps_rows_that_differ_in_one_word(tmp_path):
    rows = [
        "A girl sits.,,,u,v,1,2,False,True,False",
        "A girl sits.,,,u,v,1,3,True,True,False",
        "A girl sits.,,,u,v,1,4,True,False,False",
    ]
    (tmp_path / "svo_probes.csv").write_text("\n".join([SVO_HEADER, *rows]) + "\n")
    assert BENCHMARKS["svo_probes"].read(tmp_path).values.tolist() == [
        ["verb", [("1.jpg", ()), ("2.jpg", ())], ["A girl sits."], False],
        ["subject", [("1.jpg", ()), ("4.jpg", ())], ["A girl sits."], False],
    ]


def test_bla_has_two_true_and_two_false_sentences(tmp_path):
    """image_id is a text in one of the published files and a number in others."""
    group = {"group_index": 0, "True1": "a sees b", "True2": "b is seen by a", "False1": "b sees a"}
    group |= {"False2": "a is seen by b"}
    for name, image in (("active_passive_captions", "7"), ("coordination_captions", 8)):
        items = [{"image_id": image, "caption_group": [group], "index": 0}]
        (tmp_path / f"{name}.json").write_text(json.dumps(items))
    rows = BENCHMARKS["bla"].read(tmp_path).values.tolist()
    sentences = ["a sees b", "b is seen by a", "b sees a", "a is seen by b"]
    assert rows == [
        ["active_passive", [("7.jpg", ())], sentences, False],
        ["coordination", [("8.jpg", ())], sentences, False],
    ]


def test_sugarcrepe_pp_has_two_true_captions(tmp_path):
    item = {"filename": "1.jpg", "caption": "a cat", "caption2": "one cat", "negative_caption": "a dog"}
    (tmp_path / "replace_obj.json").write_text(json.dumps([item]))
    rows = BENCHMARKS["sugarcrepe_pp"].read(tmp_path).values.tolist()
    assert rows == [["replace_obj", [("1.jpg", ())], ["a cat", "one cat", "a dog"], False]]


def test_vl_checklist_finds_images_in_the_folder_of_their_data_set(tmp_path):
    (tmp_path / "vg").mkdir()
    for name in ("vg/action", "hake_action"):
        items = [["x/1.jpg", {"POS": ["man feed dog"], "NEG": ["man sit on dog"]}]]
        (tmp_path / f"{name}.json").write_text(json.dumps(items))
    rows = BENCHMARKS["vl_checklist"].read(tmp_path).values.tolist()
    texts = ["man feed dog", "man sit on dog"]
    assert rows == [
        ["hake_action", [("hake/x/1.jpg", ())], texts, False],
        ["vg_action", [("vg/x/1.jpg", ())], texts, False],
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bla", '[{"image_id": 7, "caption_group": []}]'),
        ("bla", '[{"image_id": 7, "caption_group": [{"True1": "a"}]}]'),
        ("sugarcrepe_pp", '[{"filename": "1.jpg", "caption": "a", "negative_caption": "b"}]'),
        ("vl_checklist", '[["1.jpg"]]'),
        ("vl_checklist", '[["1.jpg", {"POS": ["a"], "NEG": []}]]'),
    ],
)
def test_a_broken_item_is_named(tmp_path, name, content):
    (tmp_path / "vg.json").write_text(content)
    with pytest.raises(InputError, match="vg.json, item 0: .*; download the published file anew"):
        BENCHMARKS[name].read(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("sentence\nA girl sits.\n", "pos_image_id"),
        (f"{SVO_HEADER}\n,,,u,v,1,2,False,True,False\n", "row 2: sentence"),
    ],
)
def test_svo_probes_names_what_is_missing(tmp_path, content, message):
    (tmp_path / "svo_probes.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        BENCHMARKS["svo_probes"].read(tmp_path)


def test_sugarcrepe_plus_plus_is_another_benchmark(tmp_path):
    """Its files are lists, of items that have every field of SugarCrepe's."""
    item = {"filename": "1.jpg", "caption": "a", "caption2": "b", "negative_caption": "c"}
    (tmp_path / "swap_obj.json").write_text(json.dumps([item]))
    with pytest.raises(InputError, match="swap_obj.json is a list and no mapping, as of another benchmark"):
        BENCHMARKS["sugarcrepe"].read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_read(tmp_path, encoding):
    item = {"filename": "1.jpg", "caption": "a", "negative_caption": "b"}
    (tmp_path / "swap_obj.json").write_bytes(json.dumps({"0": item}).encode(encoding))
    (tmp_path / "svo_probes.csv").write_bytes(
        f"{SVO_HEADER}\nA girl sits.,,,u,v,1,2,False,True,False\n".encode(encoding)
    )
    assert [len(BENCHMARKS[name].read(tmp_path)) for name in ("sugarcrepe", "svo_probes")] == [1, 1]


@pytest.mark.parametrize("value", [7, None, ["a"], {"a": 1}, True, "half \ud83d"])
@pytest.mark.parametrize("field", ["filename", "caption", "negative_caption"])
def test_a_field_that_is_no_text_is_named(tmp_path, field, value):
    item = {"filename": "1.jpg", "caption": "a", "negative_caption": "b"} | {field: value}
    (tmp_path / "swap_obj.json").write_text(json.dumps({"first": item}))
    with pytest.raises(InputError, match="swap_obj.json, item first: .* is no text") as error:
        BENCHMARKS["sugarcrepe"].read(tmp_path)
    error.value.args[0].encode()  # what is reported can be printed


@pytest.mark.parametrize("side", ["10", None, True, float("nan"), float("inf"), [1]])
def test_a_box_that_is_none_is_named(tmp_path, side):
    (tmp_path / "visual_genome_relation.json").write_text(json.dumps([ARO | {"relation_name": "on", "bbox_x": side}]))
    (tmp_path / "symmetric.json").write_text("[]")
    with pytest.raises(InputError, match="visual_genome_relation.json, item 0"):
        BENCHMARKS["aro_relation"].read(tmp_path)


def test_svo_probes_flags_are_true_or_false(tmp_path):
    (tmp_path / "svo_probes.csv").write_text(f"{SVO_HEADER}\nA girl sits.,,,u,v,1,2,no,yes,no\n")
    with pytest.raises(InputError, match="column subj_neg holds more than True and False"):
        BENCHMARKS["svo_probes"].read(tmp_path)


def test_a_line_of_winoground_ends_at_its_newline_alone(tmp_path):
    item = {"image_0": "a", "image_1": "b", "caption_0": "x\u2028y", "caption_1": "y\x85x", "collapsed_tag": "Object"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(item, ensure_ascii=False) + "\n")
    assert BENCHMARKS["winoground"].read(tmp_path)["texts"][0] == ["x\u2028y", "y\x85x"]


@pytest.mark.parametrize("content", ["{", '{"0": {"filename": "1.jpg"}}', '{"0": 7}', "7", "[" * 100_000])
def test_broken_files_are_named(tmp_path, content):
    (tmp_path / "add_obj.json").write_text(content)
    with pytest.raises(InputError, match="add_obj.json"):
        BENCHMARKS["sugarcrepe"].read(tmp_path)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_an_empty_folder_is_named(tmp_path, name):
    with pytest.raises(InputError, match="published folder"):
        BENCHMARKS[name].read(tmp_path)


def test_sugarcrepe_itself():
    folder, photographs = SHARED / "benchmarks" / "sugarcrepe", SHARED / "coco_sample/val2017"
    if not (folder.is_dir() and photographs.is_dir()):
        pytest.skip("../shared/benchmarks/sugarcrepe and ../shared/coco_sample/val2017 are not here")
    kept, missing = locate(BENCHMARKS["sugarcrepe"].read(folder), photographs, "sugarcrepe")
    at_hand, counts, asked = {path.name for path in photographs.iterdir()}, {}, set()
    for path in folder.glob("*.json"):
        names = [item["filename"] for item in json.loads(path.read_text(encoding="utf-8")).values()]
        counts[path.stem] = sum(name in at_hand for name in names)
        asked.update(names)
    assert (len(kept), len(counts)) == (305, 7)
    assert kept["category"].value_counts().to_dict() == counts
    assert missing == sorted(asked - at_hand)


def test_bla_itself():
    folder = SHARED / "benchmarks" / "bla"
    if not folder.is_dir():
        pytest.skip("../shared/benchmarks/bla is not here")
    kept, missing = locate(BENCHMARKS["bla"].read(folder / "annotations"), folder / "images", "bla")
    counts = {"active_passive": 307, "coordination": 358, "relative_clause": 367}
    assert kept["category"].value_counts().to_dict() == counts and not missing
