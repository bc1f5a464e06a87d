"""Accuracies by set, slice and verb of a small answered table."""

import pandas as pd

from stages.evaluate.summarise import (
    accuracies,
    confusions,
    headline,
    macro_accuracies,
    overall,
    percents,
    verb_accuracies,
)

DIFFERS = {"dynamic": "verb", "swapped": "roles"}


def _answered():
    """Four tuples: three dynamic (ride right, ride wrong, throw right), one swapped with a text alone."""
    return pd.DataFrame(
        {
            "set": ["dynamic", "dynamic", "dynamic", "swapped"],
            "image_id": [1, 2, 3, 1],
            "relation": ["ride", "ride", "throw", "chase"],
            "dynamic": pd.array([True, True, None, False], dtype="boolean"),
            "particle": [None, "up", None, None],
            "preposition": [None, None, "at", None],
            "unseen_relation": [False, False, True, False],
            "unseen_triple": [False, True, True, False],
            "rivals": [["ride", "feed"], ["ride", "feed"], ["throw", "catch"], ["chase"]],
            "best_text": [1, 1, 1, 1],
            "i2t": [1.0, 0.0, 1.0, 1.0],
            "t2i": [1.0, 1.0, 0.0, None],
            "group": [1.0, 0.0, 0.0, None],
            "i2t_chance": [0.5] * 4,
            "t2i_chance": [0.5, 0.5, 0.5, None],
            "group_chance": [1 / 3, 1 / 3, 1 / 3, None],
        }
    )


def _cell(table, **keys):
    for name, value in keys.items():
        table = table[table[name] == value]
    (row,) = table.itertuples()
    return row


def test_accuracy_of_each_set_and_slice():
    table = accuracies(_answered(), 50, 0)
    whole = _cell(table, slice="all", set="dynamic", direction="i2t")
    assert (round(whole.accuracy, 4), whole.count, whole.chance) == (0.6667, 3, 0.5)
    assert _cell(table, slice="seen triple", set="dynamic", direction="i2t").accuracy == 1
    assert _cell(table, slice="dynamic verb", set="dynamic", direction="i2t").count == 2
    assert _cell(table, slice="with preposition", set="dynamic", direction="t2i").accuracy == 0


def test_a_question_that_is_never_asked_has_no_row():
    table = accuracies(_answered(), 50, 0)
    assert table[(table["set"] == "swapped") & (table["direction"] == "t2i")].empty


def test_macro_averages_ride_and_throw():
    assert _cell(macro_accuracies(_answered(), 50, 0), set="dynamic", direction="i2t").accuracy == 0.75


def test_verbs_are_sorted_by_accuracy():
    table = verb_accuracies(_answered(), DIFFERS, 50, 0)
    rows = table[(table["direction"] == "i2t") & (table["differs"] == "verb")]
    assert list(zip(rows["relation"], rows["accuracy"], rows["count"])) == [("ride", 0.5, 2), ("throw", 1.0, 1)]


def test_swapped_tuples_stand_apart_from_those_of_another_verb():
    rows = verb_accuracies(_answered(), DIFFERS, 50, 0).query("differs == 'roles'")
    assert rows[["direction", "accuracy", "count"]].values.tolist() == [["i2t", 1.0, 1]]


def test_confusions_count_who_was_preferred():
    assert confusions(_answered(), DIFFERS).values.tolist() == [["ride", "feed", 2, 1], ["throw", "catch", 1, 0]]


def test_headline_is_percent_of_each_set():
    numbers = headline(accuracies(_answered(), 50, 0), "all")
    assert numbers == {"dynamic": {"i2t": 66.7, "t2i": 66.7, "group": 33.3}, "swapped": {"i2t": 100.0}}


def test_headline_of_held_out_combinations():
    numbers = headline(accuracies(_answered(), 50, 0), "unseen triple")
    assert numbers == {"dynamic": {"i2t": 50.0, "t2i": 50.0, "group": 0.0}}


def test_sets_are_those_of_the_tuples_in_their_order():
    """Whatever their names; one of which nothing is known to differ in is in no table of verbs."""
    table = _answered().assign(set=["zebra", "zebra", "zebra", "attribute"])
    assert accuracies(table, 50, 0)["set"].unique().tolist() == ["zebra", "attribute"]
    assert macro_accuracies(table, 50, 0)["set"].unique().tolist() == ["zebra", "attribute"]
    assert set(verb_accuracies(table, {"zebra": "stripes", "attribute": ""}, 50, 0)["differs"]) == {"stripes"}


def test_order_of_the_tuples_changes_no_number():
    table = _answered()
    pd.testing.assert_frame_equal(accuracies(table, 50, 0), accuracies(table.iloc[[2, 0, 1, 3]], 50, 0))


def test_overall_is_of_hard_sets_and_weighs_them_equally():
    answered = pd.DataFrame({"set": ["dynamic"] * 3 + ["swapped", "random"], "i2t": [1.0, 1, 1, 0, 1]})
    differs = {"dynamic": "verb", "swapped": "roles", "random": ""}
    found = overall(answered, {"i2t_recall@1": 0.3, "t2i_recall@1": 0.2, "t2i_recall@5": 0.9}, differs)
    assert found == {"relation": 0.5, "retention": 0.25}
    assert overall(answered[-1:], {"i2t_recall@1": 0.3, "t2i_recall@1": 0.2}, differs) == {"retention": 0.25}


def test_percents_leave_counts_alone():
    assert percents({"accuracy": 0.25, "verbs": 3}) == {"accuracy": 25.0, "verbs": 3}
