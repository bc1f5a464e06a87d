"""Each format in small files of our own: what is read, and how a broken file is reported."""

import json

import pandas as pd
import pytest

from stages.captions.formats import FORMATS
from stages.captions.rows import COLUMNS
from stages.common.files.errors import InputError

IMAGES = [{"id": 1, "file_name": "1.jpg", "width": 8}, {"id": "x", "file_name": "x.jpg"}]
KARPATHY: dict = {"filepath": "val2014", "filename": "COCO_val2014_7.jpg", "imgid": 3, "split": "restval"}
KARPATHY["sentences"] = [{"raw": "A dog.", "sentid": 70, "tokens": ["a", "dog"]}, {"raw": "A cat.", "sentid": 71}]
HEAD = "file_name,caption\n"


def coco(images: list = IMAGES, **changes) -> dict:
    """A file of `images` with one caption, of image 1."""
    return {"info": {}, "images": [*images], "annotations": [{"id": 10, "image_id": 1, "caption": "A dog."} | changes]}


def karpathy(**changes) -> dict:
    return {"dataset": "coco", "images": [KARPATHY | changes]}


def read(name: str, path, content: object) -> list[list]:
    """The rows of a file with this content: a text, a table, or a JSON value."""
    if isinstance(content, pd.DataFrame):
        content.to_csv(path, index=False) if path.suffix == ".csv" else content.to_parquet(path)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    rows = FORMATS[name](path)
    assert rows.columns.tolist() == COLUMNS
    return rows.to_numpy().tolist()


def test_ids_of_coco_are_numbers_or_texts(tmp_path):
    """An image without captions is skipped."""
    content = coco()
    content["annotations"].insert(0, {"id": "a", "image_id": "x", "caption": "A cow."})
    content["images"].append({"id": 3, "file_name": "3.jpg"})
    expected = [["x.jpg", "A cow.", "x", "a", None], ["1.jpg", "A dog.", 1, 10, None]]
    assert read("coco", tmp_path / "a.json", content) == expected


def test_karpathys_restval_is_for_training_and_flickr_has_no_folders(tmp_path):
    flickr = {"filename": "9.jpg", "imgid": 4, "split": "test", "sentences": [{"raw": "A cow.", "sentid": 72}]}
    assert read("karpathy", tmp_path / "a.json", {"images": [KARPATHY, flickr]}) == [
        ["val2014/COCO_val2014_7.jpg", "A dog.", 3, 70, "train"],
        ["val2014/COCO_val2014_7.jpg", "A cat.", 3, 71, "train"],
        ["9.jpg", "A cow.", 4, 72, "test"],
    ]


def test_flickrs_lines_have_the_image_the_number_and_the_caption(tmp_path):
    """A caption may hold a tab, and what Python takes for the end of a line."""
    lines = "b.jpg#0\tA dog .\na#c.jpg#0\tA\u2028cat .\nb.jpg#1\tDogs ,\ttwo .\n"
    assert read("flickr", tmp_path / "token.txt", lines) == [
        ["b.jpg", "A dog .", "b.jpg", "b.jpg#0", None],
        ["a#c.jpg", "A\u2028cat .", "a#c.jpg", "a#c.jpg#0", None],
        ["b.jpg", "Dogs ,\ttwo .", "b.jpg", "b.jpg#1", None],
    ]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_with_and_without_ids_and_splits_of_its_own(tmp_path, suffix):
    """A word that pandas would take for an empty cell stays one."""
    table = {"caption": ["A dog.", "A cat, asleep.", "None"], "file_name": ["a.jpg", "b/c.jpg", "a.jpg"]}
    assert read("table", tmp_path / f"a.{suffix}", pd.DataFrame(table)) == [
        ["a.jpg", "A dog.", "a.jpg", "a.jpg#0", None],
        ["b/c.jpg", "A cat, asleep.", "b/c.jpg", "b/c.jpg#0", None],
        ["a.jpg", "None", "a.jpg", "a.jpg#1", None],
    ]
    row = {"file_name": "a.jpg", "caption": "A dog.", "image_id": 7, "caption_id": 70, "split": "val", "width": 9}
    [found] = read("table", tmp_path / f"b.{suffix}", pd.DataFrame([row]))
    assert found == (["a.jpg", "A dog.", "7", "70", "val"] if suffix == "csv" else ["a.jpg", "A dog.", 7, 70, "val"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("coco", "{", "Invalid JSON"),
        ("coco", [], "Input should be an object"),
        ("coco", {"annotations": []}, r"\['images'\]: Field required"),
        ("coco", coco(images=[[]]), r"\['images'\]\[0\]: Input should be an object"),
        ("coco", coco(images=[{"id": 1.0, "file_name": "1"}]), r"\['images'\]\[0\]\['id'\].*should be a valid integer"),
        (
            "coco",
            coco(images=[{"id": True, "file_name": "1"}]),
            r"\['images'\]\[0\]\['id'\].*should be a valid integer",
        ),
        ("coco", coco(images=IMAGES + IMAGES), "image id 1 occurs twice; make ids unique"),
        ("coco", coco(image_id=2), "annotation id 10: image_id 2 is not among images; add the image or drop the annot"),
        ("coco", coco(caption=7), r"\['annotations'\]\[0\]\['caption'\]: Input should be a valid string"),
        ("coco", coco(caption="A \ud83d dog."), "unexpected end of hex escape at line 1 column"),
        ("karpathy", [], "Input should be an object"),
        ("karpathy", {"images": [KARPATHY, {"filename": "1"}]}, r"\['images'\]\[1\]\['imgid'\]: Field required"),
        ("karpathy", karpathy(split="dev"), r"\['split'\]: Input should be 'train', 'restval', 'val' or 'test'"),
        ("karpathy", karpathy(filename=["1"]), r"\['filename'\]: Input should be a valid string"),
        ("karpathy", karpathy(sentences=[{"raw": "A dog."}]), r"\['sentences'\]\[0\]\['sentid'\]: Field required"),
        ("flickr", "a.jpg#0\tA dog.\nb.jpg A cat.\n", "line 2 is not NAME#NUMBER, a tab and a caption"),
        ("flickr", "a.jpg#0\t \n", "line 1 is not"),
        ("flickr", "a.jpg\tA dog.\n", "line 1 is not"),
        ("table", "image,caption\na.jpg,A dog.\n", "no column 'file_name', but image, caption"),
        ("table", HEAD + "a.jpg,A dog.\nb.jpg,\n", "caption of row 2 is empty"),
        ("table", HEAD + "a.jpg,A dog.\nb.jpg, \t\n", "caption of row 2 is empty"),
        ("table", HEAD + "a.jpg,A dog.\nb.jpg,1,2\n", r"not a valid table \(.*Expected 2 fields in line 3, saw 3"),
        ("table", "", "is not a valid table"),
    ],
)
def test_a_broken_file_is_named_in_one_line(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message) as error:
        read(name, tmp_path / "captions", content)
    assert str(tmp_path / "captions") in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_file_and_one_that_is_not_text_are_named(tmp_path, name):
    with pytest.raises(InputError, match="is missing; set captions.root and captions.sources"):
        FORMATS[name](tmp_path / "absent")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="binary cannot be read"):
        FORMATS[name](tmp_path / "binary")
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"1\.parquet is not a valid table"):
        FORMATS["table"](tmp_path / "1.parquet")
