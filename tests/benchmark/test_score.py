"""Published scores from hand-made embeddings, missing images and cut pictures."""

import io
import os
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.benchmark.pictures import encode_pictures, locate, picture_bytes, unique_pictures
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.score import benchmark_table, cosines
from stages.common.files.errors import InputError


def _questions(rows):
    return pd.DataFrame(rows, columns=["category", "pictures", "texts", "macro"])


def _table(name, questions, pictures, images, texts, said):
    scores = cosines(questions, (pictures, images), (pd.Index(texts), said))
    return benchmark_table(questions, scores, BENCHMARKS[name].outcomes, 20, 0)


def test_a_tie_is_wrong():
    for name, shape in (
        ("sugarcrepe", (1, 1, 2)),
        ("svo_probes", (1, 2, 1)),
        ("winoground", (1, 2, 2)),
        ("bla", (1, 1, 4)),
        ("sugarcrepe_pp", (1, 1, 3)),
    ):
        found = BENCHMARKS[name].outcomes(np.full(shape, 0.5))
        assert all(right.tolist() == [0] for right in found.values())


def test_bla_ranks_four_sentences():
    """Every order of four scores: two true sentences of the first two in 4 of 24 orders, one in 16, none in 4."""
    scores = np.array(list(permutations([0.4, 0.3, 0.2, 0.1])))[:, None]  # (24, 1, 4)
    found = {name: right.mean() for name, right in BENCHMARKS["bla"].outcomes(scores).items()}
    assert found == {"precision@2": 0.5, "first": 0.5, "second": 0.5, "group": pytest.approx(1 / 6)}


def test_two_images_and_two_captions_have_three_scores():
    pictures, texts = [("a.png", ()), ("b.png", ())], ["x y", "y x"]
    questions = _questions([["Object", pictures, ["x y", "y x"], False]])
    table = _table("winoground", questions, pictures, np.eye(2), texts, np.eye(2))
    assert table["direction"].tolist() == ["text", "image", "group"] * 2
    assert (table["accuracy"] == 1).all()


def test_a_sentence_chooses_between_two_images():
    pictures, text = [("1.jpg", ()), ("2.jpg", ())], ["a girl sits"]
    questions = _questions([["verb", order, text, False] for order in (pictures, pictures[::-1])])
    table = _table("svo_probes", questions, pictures, np.eye(2), text, np.eye(2)[:1])
    cells = table[["category", "direction", "accuracy"]].values.tolist()
    assert cells == [["all", "t2i", 0.5], ["verb", "t2i", 0.5]]


def test_macro_is_the_mean_over_the_categories_that_count():
    """on: 1 of 2 right, under: 1 of 1, near: left out. All: 2 of 4; macro: (1/2 + 1) / 2."""
    picture, texts = [("1.jpg", ())], ["right", "wrong"]
    truths = [["right", "wrong"], ["wrong", "right"], ["right", "wrong"], ["wrong", "right"]]
    rows = zip(["on", "on", "under", "near"], [picture] * 4, truths, [True, True, True, False])
    table = _table("aro_relation", _questions(list(rows)), picture, np.eye(2)[:1], texts, np.eye(2))
    cells = table.set_index("category")
    assert (cells.loc["all", "accuracy"], cells.loc["macro", "accuracy"]) == (0.5, 0.75)
    assert cells.loc["macro", "count"] == 3


def test_each_cut_of_an_image_is_another_picture_and_each_is_listed_once():
    whole, cut = ("1.jpg", ()), ("1.jpg", (0, 0, 5, 5))
    questions = _questions([["x", [whole], ["a", "b"], False], ["x", [cut], ["a", "b"], False]] * 2)
    assert unique_pictures(questions) == [whole, cut]


def jpeg(color: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 6), color).save(content, "JPEG")
    return content.getvalue()


def test_a_picture_under_two_paths_is_encoded_once_although_in_two_chunks(tmp_path, monkeypatch):
    asked, (one, other) = [], (jpeg(color) for color in ("red", "blue"))

    def encode(model, transform, contents, batch_size):
        asked.append(set(contents))
        return np.array([[float(content == one), 0.0] for content in contents])

    for name, content in (("1.jpg", one), ("2.jpg", other), ("3.jpg", one), ("4.jpg", one)):
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr("stages.benchmark.pictures.encode_images", encode)
    monkeypatch.setattr("stages.benchmark.pictures.CHUNK", 2)
    found = encode_pictures(None, None, [(f"{number}.jpg", ()) for number in (1, 2, 3, 4)], tmp_path)
    assert found[:, 0].tolist() == [1, 0, 1, 1]
    assert asked == [{one, other}]


def test_a_box_cuts_the_picture_without_loss(tmp_path):
    drawn = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(drawn).save(tmp_path / "1.png")
    cut = Image.open(io.BytesIO(picture_bytes(tmp_path / "1.png", (5, 2, 15, 12))))
    np.testing.assert_array_equal(np.asarray(cut), drawn[2:12, 5:15])
    assert picture_bytes(tmp_path / "1.png", ()) == (tmp_path / "1.png").read_bytes()


def _asked(*paths):
    return _questions([["x", [(path, ())], ["a", "b"], False] for path in paths])


def test_a_picture_lies_where_the_files_say_and_those_missing_are_named(tmp_path):
    (tmp_path / "val").mkdir()
    for path in ("val/1.jpg", "2.jpg", "val/2.jpg"):
        (tmp_path / path).write_bytes(jpeg("red"))
    kept, missing = locate(_asked("val/1.jpg", "1.jpg", "2.jpg"), tmp_path, "valse")
    assert [row[0][0] for row in kept["pictures"]] == ["val/1.jpg", "2.jpg"]
    assert missing == ["1.jpg"]


def test_what_is_there_and_no_picture_is_missing_too(tmp_path, capsys):
    """A dead link's page of HTML, a pipe, a folder, a link to nowhere, a bomb's header, a name that no file can have."""
    (tmp_path / "1.jpg").write_bytes(jpeg("red"))
    (tmp_path / "2.jpg").write_text("<html>404</html>")
    (tmp_path / "3.jpg").mkdir()
    (tmp_path / "4.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "5.jpg").write_bytes(jpeg("red")[:300])
    os.mkfifo(tmp_path / "6.jpg")
    others = ["2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "7\0.jpg", "n" * 300]
    kept, missing = locate(_asked("1.jpg", *others), tmp_path, "valse")
    assert [row[0][0] for row in kept["pictures"]] == ["1.jpg"] and missing == others
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" cannot")[0][-5:] for line in lines if line.startswith("counted as missing")] == [
        "2.jpg",
        "5.jpg",
    ]


@pytest.mark.parametrize(
    "box", [(8, 0, 9, 5), (0, -5, 4, 0), (3, 3, 3, 5), (5, 0, 2, 5), (0, 0, 10**6, 10**6), (0, 0, 10**30, 1)]
)
def test_a_box_with_nothing_in_it_is_missing_and_other_boxes_of_its_picture_stay(tmp_path, box):
    (tmp_path / "1.jpg").write_bytes(jpeg("red"))
    rows = [["x", [("1.jpg", b)], ["a", "b"], False] for b in (box, (0, 0, 9, 5), (2, 2, 4, 4))]
    kept, missing = locate(_questions(rows), tmp_path, "aro_relation")
    assert len(kept) == 2 and missing == ["1.jpg"]


def test_a_benchmark_of_damaged_pictures_alone_is_refused(tmp_path):
    (tmp_path / "1.jpg").write_text("<html>404</html>")
    with pytest.raises(InputError, match="no image of valse can be read: .*1.jpg cannot be decoded as any of"):
        locate(_asked("1.jpg"), tmp_path, "valse")


def test_transparency_and_turned_photographs_are_read_as_by_every_stage(tmp_path):
    Image.new("RGBA", (8, 6), (0, 0, 0, 0)).save(tmp_path / "1.png")
    shown = Image.open(io.BytesIO(picture_bytes(tmp_path / "1.png", ())))
    assert shown.mode == "RGB" and np.asarray(shown).min() == 255
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 6)).save(tmp_path / "2.jpg", exif=exif)
    assert Image.open(io.BytesIO(picture_bytes(tmp_path / "2.jpg", ()))).size == (6, 8)


@pytest.mark.parametrize(
    ("path", "there", "named"),
    [
        ("1.jpg", [], "no image of valse, such as 1.jpg; set benchmarks.valse.images"),
        ("1.jpg", ["a/1.jpg"], "1.jpg \\(it lies in .*/a\\); set"),
        ("1.jpg", ["a/1.jpg", "b/1.jpg"], "lies in .*/a and in .*/b.* holds the one that is meant"),
        ("../1.jpg", ["1.jpg"], "is no path below"),
    ],
)
def test_a_folder_that_does_not_hold_the_pictures_is_named_in_one_line(tmp_path, path, there, named):
    for place in there:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_bytes(b"")
    with pytest.raises(InputError, match=named) as error:
        locate(_asked(path), tmp_path, "valse")
    assert "\n" not in str(error.value)
