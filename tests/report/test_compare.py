"""Paired differences, the models compared and the examples of the gallery, on hand-made answers."""

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.report.compare import differences, examples
from stages.report.names import best_model, colours, evaluated


def _answers(i2t, true, rival):
    count = len(i2t)
    return pd.DataFrame(
        {
            "tuple_id": range(count),
            "set": "swapped",
            "image_id": [10 + tuple_id for tuple_id in range(count)],
            "images": [[10, 20]] * count,
            "i2t": i2t,
            "t2i": 1.0,
            "group": i2t,
            "true_score": true,
            "text_score": rival,
        }
    )


BASE = _answers([0.0, 0.0, 1.0, 1.0], [0.2, 0.2, 0.3, 0.3], [0.3, 0.3, 0.2, 0.1])
BEST = _answers([1.0, 1.0, 0.0, 1.0], [0.5, 0.9, 0.1, 0.6], [0.1, 0.1, 0.2, 0.2])


def test_difference_of_the_same_tuples():
    table = differences({"base": BASE, "drive": BEST}, 200, 0)
    row = table[table["direction"] == "i2t"].iloc[0]
    assert (row["model"], row["minus"], row["difference"]) == ("drive", "base", 0.25)
    assert row["low"] <= 0.25 <= row["high"]


def test_agreement_has_no_spread_and_row_order_does_not_matter():
    table = differences({"base": BEST, "drive": BEST[::-1]}, 200, 0)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)


def test_gains_are_sorted_by_change_of_margin():
    assert examples(BASE, BEST, gained=True, hard=["swapped"], count=5)["tuple_id"].tolist() == [1, 0]


def test_tuples_of_hard_sets_come_before_others():
    base, best = (table.assign(set=["swapped", "random", "random", "random"]) for table in (BASE, BEST))
    assert examples(base, best, gained=True, hard=["swapped"], count=5)["tuple_id"].tolist() == [0, 1]


def test_losses_are_what_only_base_got_right():
    assert examples(BASE, BEST, gained=False, hard=["swapped"], count=5)["tuple_id"].tolist() == [2]


def test_models_that_answered_other_tuples_are_not_compared():
    with pytest.raises(InputError, match="data/evaluate/base and data/evaluate/drive answer other tuples"):
        differences({"base": BASE, "drive": BEST[:3]}, 200, 0)


def test_best_is_a_method_where_one_was_evaluated():
    scores = {"base": 90.0, "clip": 60.0, "mine": 70.0, "siglip": 80.0}
    assert best_model(scores, ["clip", "mine"]) == "mine"
    assert best_model(scores, []) == "siglip"
    assert best_model({"base": 90.0}, ["clip"]) == "base"


def test_models_are_in_the_order_of_the_parameters_and_need_an_evaluation(tmp_path):
    for name in ("siglip", "base", "ours", "clip", "removed"):
        (tmp_path / name).mkdir()
    assert evaluated(tmp_path, ["ours", "clip", "mine"], ["siglip"]) == ["base", "ours", "clip", "siglip"]
    with pytest.raises(InputError, match="holds no evaluation of a model"):
        evaluated(tmp_path / "base", ["ours"], [])


def test_every_name_has_a_colour_of_its_own():
    names = ["base", "clip", "mine", "siglip", "openai"]
    assert len(set(colours(names).values())) == len(names)
