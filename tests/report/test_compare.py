"""Paired differences, the pairs on the page and the examples of the gallery, on hand-made answers."""

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.report.compare import COLUMNS, cards, differences, examples, page_pairs


def answers(i2t, true, rival):
    columns = {"tuple_id": range(len(i2t)), "set": "swapped", "image_id": range(10, 10 + len(i2t)), "i2t": i2t}
    return pd.DataFrame(columns | {"t2i": 1.0, "group": i2t, "true_score": true, "text_score": rival, "best_text": 1})


BASE = answers([0.0, 0.0, 1.0, 1.0], [0.2, 0.2, 0.3, 0.3], [0.3, 0.3, 0.2, 0.1])
BEST = answers([1.0, 1.0, 0.0, 1.0], [0.5, 0.9, 0.1, 0.6], [0.1, 0.1, 0.2, 0.2])


def gained(base, best):
    return examples(base, best, gained=True, hard=["swapped"])["tuple_id"].tolist()


def test_difference_of_the_same_tuples():
    table = differences({"base": BASE, "drive": BEST}, 200, 0)
    row = table[table["direction"] == "i2t"].iloc[0]
    assert (row["model"], row["minus"], row["difference"]) == ("drive", "base", 0.25)
    assert row["low"] <= 0.25 <= row["high"]


def test_agreement_has_no_spread():
    table = differences({"base": BEST, "drive": BEST.copy()}, 200, 0)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)


def test_a_direction_without_questions_has_no_row():
    one, other = (table.assign(t2i=None, group=None).astype({"t2i": float, "group": float}) for table in (BASE, BEST))
    assert differences({"base": one, "drive": other}, 20, 0)["direction"].tolist() == ["i2t"]


def test_models_that_answered_other_tuples_are_not_compared():
    with pytest.raises(
        InputError, match="data/evaluate/base and data/evaluate/drive have other tuples; run `dvc repro`"
    ):
        differences({"base": BASE, "drive": BEST[:3]}, 200, 0)


def test_the_pairs_on_the_page_are_those_of_the_best_and_of_the_control():
    """The best model comes first, whatever its place among the others."""
    models = ("base", "clip", "drive", "ours")
    pairs = [(later, earlier) for place, later in enumerate(models) for earlier in models[:place]]
    rows = [(*pair, "swapped", way, 0.1, 0.0, 0.3) for pair in pairs for way in ("i2t", "t2i", "group")]
    found = page_pairs(pd.DataFrame(rows, columns=COLUMNS), "drive")
    assert list(zip(found["model"], found["minus"]))[::2] == [*pairs[:3], pairs[4], ("drive", "ours")]
    assert found.iloc[-1].tolist() == ["drive", "ours", "swapped", "t2i", -0.1, -0.3, -0.0]
    assert set(found["direction"]) == {"i2t", "t2i"}


def test_gains_are_sorted_by_change_of_margin():
    assert gained(BASE, BEST) == [1, 0]


def test_tuples_of_hard_sets_come_before_others():
    base, best = (table.assign(set=["swapped", "random", "random", "random"]) for table in (BASE, BEST))
    assert gained(base, best) == [0, 1]


def test_one_example_for_each_anchor_image_and_none_with_texts_alone():
    assert gained(BASE, BEST.assign(image_id=7)) == [1]
    assert gained(BASE, BEST.assign(t2i=[1.0, None, 1.0, 1.0])) == [0]


def test_losses_are_what_only_base_answered_rightly():
    assert examples(BASE, BEST, gained=False, hard=["swapped"])["tuple_id"].tolist() == [2]


def test_a_card_shows_the_best_negative_text_and_a_negative_image():
    """The second negative is a text alone, so the first one's image is beside it."""
    members = [(4, 1, "other"), (5, 7, "dog chasing cat"), (5, 8, "cat chasing dog"), (5, None, "cat biting dog")]
    members = [dict(zip(("tuple_id", "image_id", "text"), member)) for member in members]
    row = {"tuple_id": 5, "set": "swapped", "best_text": 2}
    scores = {"true_score_base": 0.1, "text_score_base": 0.2, "true_score": 0.4, "text_score": 0.3}
    (card,) = cards(pd.DataFrame([row | scores]), members, {7: b"one", 8: b"two"}, "drive")
    assert card["text"] == "dog chasing cat" and card["rival"] == "cat biting dog"
    assert card["anchor"] == "data:image/jpeg;base64,b25l" and card["negative"] == "data:image/jpeg;base64,dHdv"
    assert card["scores"] == [("base", 0.1, 0.2), ("drive", 0.4, 0.3)]
