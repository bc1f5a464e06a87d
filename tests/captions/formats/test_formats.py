"""Each format in small files of our own: what is read, and how a broken file is reported."""

import json

import pandas as pd
import pytest

from stages.captions.formats import FORMATS
from stages.captions.formats.flickr import read as read_flickr
from stages.captions.formats.karpathy import read as read_karpathy
from stages.captions.formats.table import read as read_table
from stages.captions.photo import Photo, number
from stages.common.files.errors import InputError

KARPATHY = {
    "filepath": "val2014",
    "filename": "COCO_val2014_7.jpg",
    "imgid": 3,
    "split": "restval",
    "sentences": [{"raw": "A dog.", "sentid": 70, "tokens": ["a", "dog"]}, {"raw": "A cat.", "sentid": 71}],
}


def test_karpathys_restval_is_for_training_and_flickr_has_no_folders(tmp_path):
    flickr = {"filename": "9.jpg", "imgid": 4, "split": "test", "sentences": [{"raw": "A cow.", "sentid": 72}]}
    (tmp_path / "dataset_coco.json").write_text(json.dumps({"dataset": "coco", "images": [KARPATHY, flickr]}))
    assert read_karpathy(tmp_path / "dataset_coco.json") == [
        Photo(3, "val2014/COCO_val2014_7.jpg", [(70, "A dog."), (71, "A cat.")], "train"),
        Photo(4, "9.jpg", [(72, "A cow.")], "test"),
    ]


def test_flickrs_lines_are_grouped_by_their_photograph(tmp_path):
    (tmp_path / "token.txt").write_text("b.jpg#0\tA dog .\na.jpg#0\tA cat .\nb.jpg#1\tDogs , two .\n")
    assert read_flickr(tmp_path / "token.txt") == [
        Photo(number("b.jpg"), "b.jpg", [(number("b.jpg#0"), "A dog ."), (number("b.jpg#1"), "Dogs , two .")]),
        Photo(number("a.jpg"), "a.jpg", [(number("a.jpg#0"), "A cat .")]),
    ]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_of_names_and_captions(tmp_path, suffix):
    """A word that pandas would take for an empty cell stays one."""
    table = pd.DataFrame({"caption": ["A dog.", "None", "A cat, asleep."], "file_name": ["a.jpg", "a.jpg", "b/c.jpg"]})
    path = tmp_path / f"captions.{suffix}"
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    assert read_table(path) == [
        Photo(number("a.jpg"), "a.jpg", [(number("a.jpg#0"), "A dog."), (number("a.jpg#1"), "None")]),
        Photo(number("b/c.jpg"), "b/c.jpg", [(number("b/c.jpg#0"), "A cat, asleep.")]),
    ]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_with_ids_and_splits_of_its_own(tmp_path, suffix):
    row = {"file_name": "a.jpg", "caption": "A dog.", "image_id": 7, "caption_id": 70, "split": "val"}
    path, table = tmp_path / f"captions.{suffix}", pd.DataFrame([row])
    table.to_csv(path, index=False) if suffix == "csv" else table.to_parquet(path)
    assert read_table(path) == [Photo(7, "a.jpg", [(70, "A dog.")], "val")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("coco", "{", "is not valid JSON"),
        ("karpathy", "[]", "no list 'images'"),
        ("karpathy", json.dumps({"images": [KARPATHY, {"filename": "1.jpg"}]}), r"images\[1\]: KeyError\('sentences'"),
        ("karpathy", json.dumps({"images": [KARPATHY | {"split": "dev"}]}), r"images\[0\]: KeyError\('dev'"),
        ("flickr", "a.jpg#0\tA dog.\nb.jpg A cat.\n", "line 2 is not NAME#NUMBER, a tab and a caption"),
        ("flickr", "a.jpg#0\t \n", "line 1 is not"),
        ("table", "image,caption\na.jpg,A dog.\n", "no column 'file_name', but image, caption"),
        ("table", "file_name,caption\na.jpg,A dog.\nb.jpg,\n", "caption of row 2 is empty"),
        ("table", "", "is not valid csv"),
    ],
)
def test_what_is_broken_is_named(tmp_path, name, content, message):
    (tmp_path / "captions").write_text(content)
    with pytest.raises(InputError, match=message) as error:
        FORMATS[name](tmp_path / "captions")
    assert str(tmp_path / "captions") in str(error.value)


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_and_no_text_are_named(tmp_path, name):
    with pytest.raises(InputError, match="is missing; set captions.root and captions.sources"):
        FORMATS[name](tmp_path / "absent")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not valid"):
        FORMATS[name](tmp_path / "binary")
