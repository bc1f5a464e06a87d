"""Paired differences, the best method and the examples of the gallery, on hand-made answers."""

import pandas as pd

from stages.report.compare import best_method, differences, examples


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
    assert (row["method"], row["minus"], row["difference"]) == ("drive", "base", 0.25)
    assert row["low"] <= 0.25 <= row["high"]


def test_agreement_has_no_spread_and_row_order_does_not_matter():
    table = differences({"base": BEST, "drive": BEST[::-1]}, 200, 0)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)


def test_gains_are_sorted_by_change_of_margin():
    assert examples(BASE, BEST, gained=True, count=5)["tuple_id"].tolist() == [1, 0]


def test_tuples_of_hard_sets_come_before_random_ones():
    base, best = (table.assign(set=["swapped", "random", "random", "random"]) for table in (BASE, BEST))
    assert examples(base, best, gained=True, count=5)["tuple_id"].tolist() == [0, 1]


def test_losses_are_what_only_base_got_right():
    assert examples(BASE, BEST, gained=False, count=5)["tuple_id"].tolist() == [2]


def test_best_method_is_never_base_where_another_exists():
    table = pd.DataFrame({"method": ["base", "clip", "drive"], "relation": [90.0, 60.0, 70.0]})
    assert best_method(table) == "drive"
    assert best_method(table[:1]) == "base"
