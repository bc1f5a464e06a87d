"""Published scores from hand-made embeddings, missing images and cut pictures."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.common.errors import InputError
from stages.evaluate.benchmarks import benchmark_outcomes, benchmark_table, locate, unique_pictures
from stages.evaluate.run_benchmarks import picture_bytes, run_benchmarks


def _questions(rows):
    return pd.DataFrame(rows, columns=["category", "pictures", "texts", "macro"])


def test_a_tie_is_wrong():
    assert benchmark_outcomes(np.full((1, 1, 2), 0.5))["i2t"].tolist() == [0]
    assert benchmark_outcomes(np.full((1, 2, 1), 0.5))["t2i"].tolist() == [0]
    assert benchmark_outcomes(np.full((1, 2, 2), 0.5))["group"].tolist() == [0]


def test_two_images_and_two_captions_have_three_scores():
    pictures, texts = [("a.png", ()), ("b.png", ())], pd.Index(["x y", "y x"])
    questions = _questions([["Object", pictures, ["x y", "y x"], False]])
    table = benchmark_table(questions, pictures, np.eye(2), texts, np.eye(2), 20, 0)
    assert table["direction"].tolist() == ["text", "image", "group"] * 2
    assert (table["accuracy"] == 1).all()


def test_a_sentence_chooses_between_two_images():
    pictures, text = [("1.jpg", ()), ("2.jpg", ())], ["a girl sits"]
    questions = _questions([["verb", order, text, False] for order in (pictures, pictures[::-1])])
    table = benchmark_table(questions, pictures, np.eye(2), pd.Index(text), np.eye(2)[:1], 20, 0)
    cells = table[["category", "direction", "accuracy"]].values.tolist()
    assert cells == [["all", "t2i", 0.5], ["verb", "t2i", 0.5]]


def test_macro_is_the_mean_over_the_categories_that_count():
    """on: 1 of 2 right, under: 1 of 1, near: left out. All: 2 of 4; macro: (1/2 + 1) / 2."""
    picture, texts = [("1.jpg", ())], pd.Index(["right", "wrong"])
    truths = [["right", "wrong"], ["wrong", "right"], ["right", "wrong"], ["wrong", "right"]]
    rows = zip(["on", "on", "under", "near"], [picture] * 4, truths, [True, True, True, False])
    table = benchmark_table(_questions(list(rows)), picture, np.eye(2)[:1], texts, np.eye(2), 20, 0)
    cells = table.set_index("category")
    assert (cells.loc["all", "accuracy"], cells.loc["macro", "accuracy"]) == (0.5, 0.75)
    assert cells.loc["macro", "count"] == 3


def test_each_cut_of_an_image_is_another_picture_and_each_is_listed_once():
    whole, cut = ("1.jpg", ()), ("1.jpg", (0, 0, 5, 5))
    questions = _questions([["x", [whole], ["a", "b"], False], ["x", [cut], ["a", "b"], False]] * 2)
    assert unique_pictures(questions) == [whole, cut]


def test_a_box_cuts_the_picture_without_loss(tmp_path):
    drawn = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(drawn).save(tmp_path / "1.png")
    cut = Image.open(io.BytesIO(picture_bytes(tmp_path / "1.png", (5, 2, 15, 12))))
    np.testing.assert_array_equal(np.asarray(cut), drawn[2:12, 5:15])
    assert picture_bytes(tmp_path / "1.png", ()) == (tmp_path / "1.png").read_bytes()


def test_missing_images_are_named(tmp_path):
    (tmp_path / "val").mkdir()
    (tmp_path / "val" / "1.jpg").write_bytes(b"")
    questions = _questions([["x", [(name, ())], ["a", "b"], False] for name in ("1.jpg", "2.jpg")])
    kept, found, missing = locate(questions, tmp_path)
    assert (len(kept), list(found), missing) == (1, ["1.jpg"], ["2.jpg"])


def test_benchmarks_without_files_are_off():
    table, answered = run_benchmarks((None, None, None), {"valse": {"files": "", "images": ""}}, 10, 0)
    assert table.empty and answered == {}


def test_an_unknown_benchmark_is_named():
    with pytest.raises(InputError, match="sugarcrep'; use sugarcrepe"):
        run_benchmarks((None, None, None), {"sugarcrep": {"files": "x", "images": ""}}, 10, 0)
