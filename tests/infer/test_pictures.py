"""Which pictures are asked about: pictures, folders, patterns, csv files and COCO's json."""

import json

import pytest

from stages.common.files.errors import InputError
from stages.infer.pictures import is_one, read_queries
from tests.infer.project import make_pictures


@pytest.fixture
def folder(tmp_path):
    make_pictures(tmp_path / "shots", 3)
    (tmp_path / "shots/notes.txt").write_text("no picture")
    return tmp_path


def names(source) -> list[str]:
    return [query.picture.name for query in read_queries(str(source))]


def test_a_folder_and_a_pattern_have_their_pictures_in_order(folder):
    assert names(folder / "shots") == ["1.png", "2.png", "3.png"]
    assert names(folder / "shots/[23].png") == ["2.png", "3.png"] and names(folder / "**/1.png") == ["1.png"]


def test_a_file_named_like_a_pattern_is_a_picture(folder):
    odd = (folder / "shots/1.png").rename(folder / "shots/[1].png")
    assert is_one(str(odd)) and names(odd) == ["[1].png"]
    assert not is_one(str(folder / "shots/*.png")) and not is_one(str(folder)) and not is_one("a.csv")


def test_a_csv_has_pictures_with_words_or_without(folder):
    rows = "\ufeffpicture,subject,object\nshots/1.png,man,horse\nshots/2.png,,\n"
    (folder / "asked.csv").write_text(rows, encoding="utf-8")
    first, second = read_queries(str(folder / "asked.csv"))
    assert first == (folder / "shots/1.png", "man", "horse") and second == (folder / "shots/2.png", None, None)
    assert first.nouns == "man, horse" and second.nouns == ""


@pytest.mark.parametrize("root", ["", "annotations", "shots"])
def test_the_pictures_of_a_coco_json_are_beside_it_above_it_or_in_a_folder_there(folder, root):
    (folder / "annotations").mkdir()
    place = folder / root
    if root != "shots":
        (folder / "shots/1.png").rename(place / "1.png")
    path = folder / "annotations/captions.json"
    path.write_text(json.dumps({"images": [{"id": 1, "file_name": "1.png"}]}))
    assert [query.picture for query in read_queries(str(path))] == [place / "1.png"]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("none.csv", None, "none.csv is missing; name a picture, a folder, a csv or a json"),
        ("a.csv", "file,subject\n1.png,man\n", "a.csv: columns are file, subject; write picture,subject,object"),
        ("a.csv", "", "a.csv: columns are none; write picture,subject,object"),
        ("a.csv", "picture\n1.png,man,horse,x\n", "a.csv: row 2 does not fit picture,subject,object; fix it"),
        ("a.csv", "picture\n../../etc/passwd\n", "'../../etc/passwd' leads out of "),
        ("a.csv", "picture,subject,object\n", "a.csv has no picture ("),
        ("a.json", "{", "a.json is not in COCO's format ("),
        ("a.json", '{"images": [{"id": 1}]}', "a.json is not in COCO's format (KeyError('file_name'))"),
        ("a.json", '{"images": []}', "a.json has no picture ("),
        ("a.json", '{"images": [{"file_name": "x.png"}]}', "a.json: x.png is in no folder beside it; "),
        ("empty", "", "empty has no picture ("),
        ("*.jpg", None, "*.jpg has no picture ("),
    ],
)
def test_one_line(tmp_path, monkeypatch, name, content, line):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    if name == "empty":
        (tmp_path / "here/empty").mkdir()
    elif content is not None:
        (tmp_path / "here" / name).write_text(content)
    with pytest.raises(InputError) as error:
        read_queries(name)
    assert str(error.value).startswith(line) and "\n" not in str(error.value)
