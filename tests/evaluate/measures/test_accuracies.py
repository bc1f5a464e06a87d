"""Accuracies by set, slice and verb of a small answered table: relation, macro, verbs and confusions."""

import numpy as np
import pandas as pd
import pytest

from stages.evaluate.answers import outcomes
from stages.evaluate.measure import overall
from stages.evaluate.measures import MEASURES
from stages.evaluate.measures.relation import chance
from tests.evaluate.project import inputs, model

DIFFERS = {"dynamic": "verb", "swapped": "roles", "random": ""}
COLUMNS = ["relation", "set", "dynamic", "particle", "preposition", "unseen_relation", "unseen_triple"]
COLUMNS += ["image_id", "best_text", "i2t", "t2i", "group"]
ROWS = [
    ("ride", "dynamic", True, None, None, False, False, 1, 1, 1.0, 1.0, 1.0),
    ("ride", "dynamic", True, "up", None, False, True, 2, 1, 0.0, 1.0, 0.0),
    ("throw", "dynamic", None, None, "at", True, True, 3, 1, 1.0, 0.0, 0.0),
    ("chase", "swapped", False, None, None, False, False, 1, 1, 1.0, np.nan, np.nan),
]
TABLE = pd.DataFrame(ROWS, columns=COLUMNS)
MEMBERS = {
    "image_id": np.array([[1, 2], [2, 1], [3, 1], [1, -1]]),
    "text": np.array([["a", "b"]] * 4, object),
    "relation": np.array([["ride", "feed"], ["ride", "feed"], ["throw", "catch"], ["chase", None]], object),
}


def measured(name: str, differs: dict = DIFFERS, order=(0, 1, 2, 3), sets=None) -> pd.DataFrame:
    """The rows of a measure on three dynamic tuples (ride right, ride wrong, throw right) and a swapped text alone."""
    table = TABLE.iloc[list(order)].assign(set=sets or TABLE["set"]).reset_index(drop=True)
    members = {key: column[list(order)] for key, column in MEMBERS.items()}
    return MEASURES[name].rows(inputs(tuples=table, members=members, differs=differs), model(None, answers=table))


def cell(table: pd.DataFrame, *keys: str):
    """The row with this set, direction and slice."""
    (row,) = table[(table[["set", "direction", "slice"]] == list(keys)).all(axis=1)].itertuples()
    return row


def test_accuracy_of_each_set_and_slice_that_is_asked():
    table = measured("relation")
    whole = cell(table, "dynamic", "i2t", "all")
    assert (round(whole.value, 4), whole.count, whole.chance) == (0.6667, 3, 0.5)
    assert cell(table, "dynamic", "group", "all").chance == pytest.approx(1 / 3)
    assert cell(table, "dynamic", "i2t", "seen triple").value == 1
    assert cell(table, "dynamic", "i2t", "unseen triple").value == 0.5
    assert cell(table, "dynamic", "i2t", "dynamic verb").count == 2  # null is neither dynamic nor stative
    assert cell(table, "dynamic", "t2i", "with preposition").value == 0
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    assert table[(table["set"] == "swapped") & (table["direction"] != "i2t")].empty
    assert table[(table["set"] == "swapped") & (table["slice"] == "unseen triple")].empty


def test_group_chance_is_what_random_scores_reach():
    scores = np.random.default_rng(2).random((60_000, 4))  # true pair, 1 text, 2 images
    right = outcomes(scores[:, :2]) * outcomes(scores[:, [0, 2, 3]])
    assert abs(right.mean() - chance(np.array([2]), np.array([3]))[0]) < 0.01
    np.testing.assert_array_equal(chance(np.array([2, 5, 1])), [0.5, 0.2, np.nan])


def test_macro_averages_ride_and_throw():
    found = cell(measured("macro"), "dynamic", "i2t", "all")
    assert (found.value, found.count) == (0.75, 3)


def test_verbs_are_sorted_by_accuracy_and_sets_that_differ_otherwise_stay_apart():
    table = measured("verbs")
    rows = table[table["direction"] == "i2t"][["set", "slice", "value", "count"]]
    assert rows.values.tolist() == [["roles", "chase", 1.0, 1], ["verb", "ride", 0.5, 2], ["verb", "throw", 1.0, 1]]
    assert table[(table["set"] == "roles") & (table["direction"] == "t2i")].empty


def test_confusions_count_which_verb_was_preferred():
    table = measured("confusions")[["set", "slice", "count", "value"]]
    assert table.values.tolist() == [["ride", "feed", 2, 0.5], ["throw", "catch", 1, 0.0]]


def test_sets_are_those_of_the_tuples_in_their_order():
    """Whatever their names; one of which nothing differs for certain is in no table of verbs."""
    sets, differs = ["zebra", "zebra", "zebra", "attribute"], {"zebra": "stripes", "attribute": ""}
    for name in ("relation", "macro"):
        assert measured(name, differs, sets=sets)["set"].unique().tolist() == ["zebra", "attribute"]
    assert set(measured("verbs", differs, sets=sets)["set"]) == {"stripes"}


@pytest.mark.parametrize("name", ["relation", "macro", "verbs", "confusions"])
def test_order_of_the_tuples_changes_no_number(name):
    pd.testing.assert_frame_equal(measured(name), measured(name, order=(2, 0, 1, 3)))


def test_overall_is_of_hard_sets_and_weighs_them_equally():
    rows = [("relation", name, "i2t", "all", value) for name, value in (("dynamic", 1), ("swapped", 0), ("random", 1))]
    rows += [("relation", "dynamic", "t2i", "all", 0), ("relation", "dynamic", "i2t", "seen triple", 0)]
    rows += [("retrieval", "captions", way, "recall@1", value) for way, value in (("i2t", 0.3), ("t2i", 0.2))]
    rows += [("retrieval", "captions", "t2i", "recall@5", 0.9)]
    table = pd.DataFrame(rows, columns=["measure", "set", "direction", "slice", "value"])
    assert overall(table, DIFFERS) == {"relation": 0.5, "retention": 0.25}
    assert overall(table[2:], DIFFERS | {"dynamic": ""}) == {"retention": 0.25}
