"""The page's tables: which cell holds what, and what is marked."""

import pandas as pd
import pytest

from stages.report import tables
from stages.report.tables import by_columns, by_rows, count_table, difference_table, grid, score_table

COLUMNS = ["model", "set", "direction", "slice", "value", "low", "high", "count", "chance"]
WHOLE = pd.DataFrame(
    [
        ("base", "swapped", "i2t", "all", 0.5, 0.4, 0.6, 40, 0.5),
        ("base", "swapped", "group", "all", 0.2, 0.1, 0.3, 40, 0.33),
        ("drive", "swapped", "i2t", "all", 0.75, 0.65, 0.85, 40, 0.5),
        ("drive", "swapped", "group", "all", 0.4, 0.3, 0.5, 40, 0.33),
    ],
    columns=COLUMNS,
)
I2T = WHOLE[WHOLE["direction"] == "i2t"]
BY, NAN = ("set", "direction"), float("nan")


def names(table):
    return [row["name"] for row in table["rows"]]


def texts(table):
    return [[text for text, _ in row["cells"]] for row in table["rows"]]


def marks(table):
    return [[mark for _, mark in row["cells"]] for row in table["rows"]]


def test_models_are_above_chance():
    table = by_columns(WHOLE, BY)
    assert table["head"] == [[("swapped", 2)], [("image to text", 1), ("both at once", 1)]]
    assert names(table) == ["base", "drive", "chance"]
    assert marks(table) == [["", ""], ["top", "top"], ["", ""]]
    assert texts(table) == [
        ["50.0 [40.0, 60.0]", "20.0 [10.0, 30.0]"],
        ["75.0 [65.0, 85.0]", "40.0 [30.0, 50.0]"],
        ["50.0", "33.0"],
    ]


def test_columns_of_one_set_are_together_and_a_missing_cell_is_empty():
    rows = pd.concat([I2T, WHOLE[:1].assign(set="random"), WHOLE[1:2]])
    table = by_columns(rows, BY)
    assert table["head"] == [
        [("swapped", 2), ("random", 1)],
        [("image to text", 1), ("both at once", 1), ("image to text", 1)],
    ]
    assert texts(table)[1] == ["75.0 [65.0, 85.0]", "", ""]


def test_one_key_is_one_row_of_heads_and_no_interval_no_brackets():
    rows = I2T.assign(slice="accuracy", low=NAN, high=NAN, chance=NAN)
    table = by_columns(rows, ("slice",))
    assert table["head"] == [[("accuracy", 1)]] and texts(table) == [["50.0"], ["75.0"]]


def test_readers_without_images_come_last_and_do_not_compete():
    blind = [I2T.assign(model=name, direction="no image: both nouns", value=0.9) for name in ("base", "drive")]
    table = by_columns(pd.concat([I2T.assign(chance=NAN), *blind]), ("set", "slice"))
    assert names(table) == ["base", "drive", "no image: both nouns"]
    assert marks(table) == [[""], ["top"], [""]] and texts(table)[2] == ["90.0 [65.0, 85.0]"]


@pytest.mark.parametrize(
    ("name", "slice", "text", "best"),
    [
        ("mean rank, of such nouns", "dynamic", "1.50 [0.40, 0.60]", ["top", ""]),
        ("fitted temperature", "calibration error", "150.0 [40.0, 60.0]", ["top", ""]),
        ("statements", "other nouns stand out", "150.0 [40.0, 60.0]", ["top", ""]),
        ("statements", "own nouns stand out", "150.0 [40.0, 60.0]", ["", "top"]),
        ("dynamic", "another image", "150.0 [40.0, 60.0]", ["", ""]),
        ("dynamic", "no image: a classifier", "150.0 [40.0, 60.0]", ["", ""]),
    ],
)
def test_numbers_whose_lowest_is_best_and_controls(name, slice, text, best):
    rows = I2T.assign(set=name, slice=slice, value=[1.5, 2.0], low=0.4, high=0.6)
    for table in (by_columns(rows, ("set", "slice")), by_rows(rows, ["set", "slice"])):
        assert sum(texts(table), [])[0] == text and sum(marks(table), [])[:2] == best


def test_rows_are_named_by_their_parts_and_count():
    rows = pd.concat([I2T.assign(slice="seen", count=[30, 29]), I2T.assign(slice="held out", value=0.5, count=1000)])
    table = by_rows(rows, ["set", "direction", "slice"])
    assert table["head"] == [[("base", 1), ("drive", 1)]]
    assert names(table) == ["swapped, image to text, seen (30)", "swapped, image to text, held out (1,000)"]
    assert marks(table) == [["", "top"], ["", ""]]
    assert names(by_rows(I2T, ["set", "slice", "direction"])) == ["swapped, image to text (40)"]


def test_a_long_table_is_cut_and_says_where_the_rest_is(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    rows = pd.concat([I2T.assign(slice=f"verb {number}") for number in range(5)])
    assert names(by_rows(rows, ["slice"])) == ["verb 0 (40)", "verb 1 (40)", "3 more in metrics/details"]
    assert len(by_rows(rows[:4], ["slice"])["rows"]) == 2


def test_differences_are_marked_where_the_interval_leaves_out_zero():
    rows = [
        ("drive", "base", name, "i2t", 0.1, *bounds)
        for name, bounds in {"a": (0.05, 0.2), "b": (-0.1, 0.3), "c": (-0.2, -0.1)}.items()
    ]
    columns = ["model", "minus", "set", "direction", "difference", "low", "high"]
    table = difference_table(pd.DataFrame(rows, columns=columns))
    assert names(table) == ["drive − base"] and marks(table) == [["better", "", "worse"]]
    assert texts(table)[0][0] == "+10.0 [+5.0, +20.0]"


def test_scores_are_a_column_each():
    table = score_table(pd.DataFrame({"model": ["base", "drive"], "relation": [30.04, 20.0]}))
    assert table["head"] == [[("relation", 1)]] and names(table) == ["base", "drive"]
    assert texts(table) == [["30.0"], ["20.0"]] and marks(table) == [["top"], [""]]


def test_tuples_are_counted_by_split():
    counts = {"tuples": {"train": 1200, "val": 0, "test": 7}, "blind_classifier": None, "differs": "verb"}
    table = count_table({"dynamic": counts, "random": counts | {"blind_classifier": 0.505}})
    assert texts(table) == [["1,200", "0", "7", ""], ["1,200", "0", "7", "50.5"]]


def test_no_cells_are_no_rows():
    assert grid([])["rows"] == [] == by_rows(WHOLE[:0], ["set", "slice"])["rows"]
    assert by_columns(WHOLE[:0], BY)["rows"] == []
