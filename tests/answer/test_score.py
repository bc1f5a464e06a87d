"""Published scores from hand-made embeddings."""

import numpy as np
import pandas as pd

from stages.answer.score import question_cosines, score
from stages.benchmark.published import BENCHMARKS


def scored(name: str, rows: list, images: np.ndarray, texts: np.ndarray) -> pd.DataFrame:
    """The table of scores for questions: category, rows of their images, rows of their texts, macro."""
    questions = pd.DataFrame(rows, columns=["category", "pictures", "texts", "macro"])
    cosines = question_cosines(images, texts, np.stack(questions["pictures"]), np.stack(questions["texts"]))
    return score(name, BENCHMARKS[name], questions, cosines, (20, 0))


def test_cosines_against_a_loop_however_many_questions_are_scored_at_once(monkeypatch):
    monkeypatch.setattr("stages.answer.score.AT_ONCE", 3)
    rng = np.random.default_rng(0)
    images, texts = rng.random((5, 4)), rng.random((6, 4))
    image_rows, text_rows = rng.integers(5, size=(10, 2)), rng.integers(6, size=(10, 3))
    slow = [[[images[i] @ texts[t] for t in own] for i in row] for row, own in zip(image_rows, text_rows)]
    np.testing.assert_allclose(question_cosines(images, texts, image_rows, text_rows), slow)


def test_two_images_and_two_captions_have_three_scores():
    table = scored("winoground", [["Object", [0, 1], [0, 1], False]], np.eye(2), np.eye(2))
    assert table["direction"].tolist() == ["text", "image", "group"] * 2
    assert table["slice"].tolist() == ["all"] * 3 + ["Object"] * 3
    assert (
        (table["value"] == 1).all() and set(table["set"]) == {"winoground"} and set(table["measure"]) == {"benchmark"}
    )


def test_a_sentence_chooses_between_two_images():
    table = scored("svo_probes", [["verb", order, [0], False] for order in ([0, 1], [1, 0])], np.eye(2), np.eye(2)[:1])
    cells = table[["slice", "direction", "value", "count"]].values.tolist()
    assert cells == [["all", "t2i", 0.5, 2], ["verb", "t2i", 0.5, 2]]


def test_macro_is_the_mean_over_the_categories_that_count():
    """on: 1 of 2 right, under: 1 of 1, near: left out. All: 2 of 4; macro: (1/2 + 1) / 2."""
    truths = [[0, 1], [1, 0], [0, 1], [1, 0]]
    rows = zip(["on", "on", "under", "near"], [[0]] * 4, truths, [True, True, True, False])
    cells = scored("aro_relation", list(rows), np.eye(2)[:1], np.eye(2)).set_index("slice")
    assert (cells.loc["all", "value"], cells.loc["macro", "value"]) == (0.5, 0.75)
    assert cells.loc["macro", "count"] == 3
