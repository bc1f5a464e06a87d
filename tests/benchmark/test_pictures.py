"""The pictures of a benchmark: cut, missing, damaged, equal."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from stages.benchmark.pictures import boxed_bytes, write_pictures
from stages.benchmark.question import Question
from stages.benchmark.schemas import PICTURES
from stages.common.files.errors import InputError
from stages.common.files.tables import read_table, table_files
from tests.project import jpeg


def write(folder, *pictures, name: str = "valse"):
    """The stored pictures of a question about each of `pictures`, (path, box), in `folder`, and those missing."""
    questions = [Question("x", [picture], ["a", "b"]) for picture in pictures]
    ids, missing = write_pictures(questions, folder, folder / "out", name)
    contents = read_table(folder / "out", PICTURES)["content"].to_pylist()
    return {picture: contents[number] for picture, number in ids.items()}, missing


def test_a_picture_under_two_paths_is_stored_once_and_each_cut_is_another(tmp_path, monkeypatch):
    for path, seed in (("1.jpg", 1), ("2.jpg", 2), ("3.jpg", 1), ("4.jpg", 1)):
        (tmp_path / path).write_bytes(jpeg(seed))
    monkeypatch.setattr("stages.benchmark.pictures.PART", 2)
    whole, cut = [(f"{number}.jpg", ()) for number in (1, 2, 3, 4)], ("1.jpg", (0, 0, 5, 5))
    found, missing = write(tmp_path, *whole, cut, *whole)
    assert [found[picture] for picture in whole] == [jpeg(1), jpeg(2), jpeg(1), jpeg(1)] and not missing
    assert [len(read_table(part, PICTURES)) for part in table_files(tmp_path / "out")] == [2, 1]


def test_a_box_cuts_the_picture_without_loss(tmp_path):
    drawn = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(drawn).save(tmp_path / "1.png")
    cut = Image.open(io.BytesIO(boxed_bytes(tmp_path / "1.png", (5.0, 2.0, 15.0, 12.0))))
    np.testing.assert_array_equal(np.asarray(cut), drawn[2:12, 5:15])
    assert boxed_bytes(tmp_path / "1.png", ()) == (tmp_path / "1.png").read_bytes()


def test_what_is_there_and_no_picture_is_missing_too(tmp_path):
    """A dead link's page of HTML, a pipe, a folder, a link to nowhere, half a file, a name that no file can have."""
    for name, content in {"1.jpg": jpeg(1), "2.jpg": b"<html>404</html>", "5.jpg": jpeg(1)[:300]}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "3.jpg").mkdir()
    (tmp_path / "4.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(tmp_path / "6.jpg")
    others = ["2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "7\0.jpg", "n" * 300]
    found, missing = write(tmp_path, ("1.jpg", ()), *((name, ()) for name in others))
    assert list(found) == [("1.jpg", ())] and set(missing) == set(others)
    assert [name for name in others if " cannot be decoded" in missing[name]] == ["2.jpg", "5.jpg"]
    assert not any(missing[name] for name in set(others) - {"2.jpg", "5.jpg"})


@pytest.mark.parametrize(
    "box", [(18, 0, 19, 5), (0, -5, 4, 0), (3, 3, 3, 5), (5, 0, 2, 5), (0, 0, 1e6, 1e6), (0, 0, 1e30, 1)]
)
def test_a_box_with_nothing_in_it_is_missing_and_other_boxes_of_its_picture_stay(tmp_path, box):
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    boxes = [("1.jpg", (0, 0, 19, 5)), ("1.jpg", (2, 2, 4, 4))]
    found, missing = write(tmp_path, ("1.jpg", box), *boxes)
    assert set(found) == set(boxes) and "1.jpg has 16x16 pixels and nothing in the box" in missing["1.jpg"]


@pytest.mark.parametrize(
    ("path", "files", "message"),
    [
        ("1.jpg", [], "no image of valse is in .*, such as 1.jpg; set benchmarks.valse.images"),
        ("1.jpg", ["a/1.jpg"], "1.jpg \\(there is one in .*/a\\); set"),
        ("1.jpg", ["a/1.jpg", "b/1.jpg"], "there is one in .*/a and in .*/b.* where the published paths begin"),
        ("../1.jpg", ["1.jpg"], "'../1.jpg' leads out of .*; use a path inside that folder"),
        ("1.jpg", ["1.jpg"], "no image of valse can be read: .*1.jpg cannot be decoded as any of"),
    ],
)
def test_a_folder_without_the_pictures_is_named_in_one_line(tmp_path, path, files, message):
    for place in files:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_bytes(b"<html>404</html>")
    with pytest.raises(InputError, match=message) as error:
        write(tmp_path, (path, ()))
    assert "\n" not in str(error.value) and not (tmp_path / "out").exists()
