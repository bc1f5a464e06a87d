"""The page's tables: what stands in which cell, and what is marked."""

import pandas as pd

from stages.report.cells import (
    accuracy_table,
    benchmark_table,
    best_marks,
    control_table,
    count_table,
    difference_table,
    held_out_table,
    macro_table,
    score_cells,
    slice_table,
)

COLUMNS = ["model", "slice", "set", "direction", "accuracy", "low", "high", "count", "chance"]
WHOLE = pd.DataFrame(
    [
        ("base", "all", "swapped", "i2t", 0.5, 0.4, 0.6, 40, 0.5),
        ("base", "all", "swapped", "group", 0.2, 0.1, 0.3, 40, 0.33),
        ("drive", "all", "swapped", "i2t", 0.75, 0.65, 0.85, 40, 0.5),
        ("drive", "all", "swapped", "group", 0.4, 0.3, 0.5, 40, 0.33),
    ],
    columns=COLUMNS,
)


def _names(table):
    return [row["name"] for row in table["rows"]]


def _marks(table):
    return [[mark for _, mark in row["cells"]] for row in table["rows"]]


def test_the_best_is_marked_where_there_is_a_choice():
    assert best_marks([1.0, None, 2.0]) == ["", "", "top"]
    assert best_marks([1.0]) == [""]
    assert best_marks([0.0, 0.0]) == ["", ""]


def test_models_stand_above_chance():
    table = accuracy_table(WHOLE[WHOLE["direction"] == "i2t"])
    assert table["head"] == [[("swapped", 1)], [("image to text", 1)]]
    assert _names(table) == ["base", "drive", "chance"]
    assert _marks(table) == [[""], ["top"], [""]]
    assert table["rows"][1]["cells"][0][0] == "75.0 <small>[65.0, 85.0]</small>"
    assert table["rows"][2]["cells"] == [("50.0", "")]


def test_a_set_that_a_model_lacks_is_an_empty_cell():
    random = WHOLE[:1].assign(set="random")
    table = accuracy_table(pd.concat([WHOLE[WHOLE["direction"] == "i2t"], random]))
    assert table["rows"][1]["cells"][1] == ("", "")


def test_means_over_verbs_stand_beside_both_at_once():
    macro = WHOLE.loc[WHOLE["direction"] == "i2t", ["model", "set", "direction", "accuracy", "low", "high"]]
    table = macro_table(macro, WHOLE)
    assert table["head"] == [[("swapped", 2)], [("i → t", 1), ("both", 1)]]
    assert _marks(table) == [["", ""], ["top", "top"]]


def test_slices_leave_out_what_is_no_true_part():
    part = WHOLE[WHOLE["direction"] == "i2t"]
    parts = [part, part.assign(slice="dynamic verb"), part.assign(slice="with particle", count=9)]
    parts += [part.assign(slice="seen triple", count=9), part.assign(slice="with particle", set="random", count=9)]
    table = slice_table(pd.concat(parts), ["swapped"])
    assert _names(table) == ["swapped, with particle (9)"]
    assert _marks(table) == [["", "top"]]


def test_held_out_combinations_stand_below_seen_ones():
    seen = WHOLE[WHOLE["direction"] == "i2t"].assign(slice="seen", count=30)
    table = held_out_table(pd.concat([seen, seen.assign(slice="held out", accuracy=0.5, count=10)]))
    assert table["head"] == [[("base", 1), ("drive", 1)]]
    assert _names(table) == ["swapped, image to text, seen (30)", "swapped, image to text, held out (10)"]
    assert _marks(table) == [["", "top"], ["", ""]]


def test_benchmarks_say_category_score_and_count():
    rows = pd.DataFrame({"model": ["base", "drive"], "benchmark": "winoground", "category": "Object"})
    rows = rows.assign(direction="text", accuracy=[0.3, 0.2], low=0.1, high=0.4, count=400)
    table = benchmark_table(rows)
    assert _names(table) == ["winoground, Object, text score (400)"]
    assert _marks(table) == [["top", ""]]


def test_differences_are_marked_where_the_interval_leaves_out_zero():
    intervals = (("a", 0.05, 0.2), ("b", -0.1, 0.3))
    rows = [("drive", "base", name, "i2t", 0.1, low, high) for name, low, high in intervals]
    columns = ["model", "minus", "set", "direction", "difference", "low", "high"]
    table = difference_table(pd.DataFrame(rows, columns=columns))
    assert table["rows"][0]["cells"][0] == ("+10.0 <small>[+5.0, +20.0]</small>", "better")
    assert _marks(table) == [["better", ""]]


def test_controls_stand_above_chance_and_absent_ones_are_empty():
    table = control_table({"swapped": {"language_prior": 49.5}}, WHOLE)
    assert [row["cells"][0][0] for row in table["rows"]] == [49.5, "", "", "", "50.0"]


def test_scores_are_a_column_a_measure():
    table = score_cells(pd.DataFrame({"model": ["base", "drive"], "i2t_recall@1": [30.04, None]}))
    assert table["head"] == [[("image to caption", 1)], [("R@1", 1)]]
    assert [row["cells"] for row in table["rows"]] == [[("30.0", "")], [("", "")]]


def test_tuples_are_counted_by_split():
    counts = {"tuples": {"train": 1200, "val": 0, "test": 7}, "blind_classifier": None}
    (row,) = count_table({"dynamic": counts})["rows"]
    assert row["cells"] == [("1,200", ""), ("0", ""), ("7", ""), ("", "")]
