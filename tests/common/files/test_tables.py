"""Tables are checked when read and whole when written."""

import math
from functools import partial

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.tables import SCHEMAS, check_tuples, has_null, read_table, write_parts, write_table

CAPTIONS = SCHEMAS["captions"]
ROW = {"caption_id": [1], "image_id": [2], "caption": ["a dog"], "split": ["train"]}


def test_round_trip(tmp_path):
    write_table(tmp_path / "captions.parquet", pa.table(ROW, schema=CAPTIONS), CAPTIONS)
    assert read_table(tmp_path / "captions.parquet", CAPTIONS).to_pydict() == ROW


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"caption_id": [1]}), "column 'image_id' is missing"),
        (pa.table(ROW | {"split": [3]}), "column 'split' is int64, not string"),
        (pa.table(ROW | {"extra": [3]}), "unknown column 'extra'"),
    ],
)
def test_a_wrong_schema_is_named(tmp_path, table, message):
    pq.write_table(table, tmp_path / "captions.parquet")
    with pytest.raises(InputError, match=message) as error:
        read_table(tmp_path / "captions.parquet", CAPTIONS)
    assert "captions.parquet" in str(error.value)
    assert "dvc repro" in str(error.value)


def test_a_folder_of_parts_is_one_table(tmp_path):
    whole = pa.table({"caption_id": [1, 2, 3], "image_id": [1, 1, 2], "caption": ["a"] * 3, "split": ["train"] * 3})
    whole = whole.cast(CAPTIONS)
    write_parts(tmp_path / "captions", [whole[:2], whole[2:]], CAPTIONS)
    assert read_table(tmp_path / "captions", CAPTIONS).equals(whole)
    assert pd.read_parquet(tmp_path / "captions")["caption_id"].tolist() == [1, 2, 3]
    found = read_table(tmp_path / "captions", CAPTIONS, ["caption_id"], pc.field("image_id") == 2)
    assert found.to_pydict() == {"caption_id": [3]}
    (tmp_path / "captions/part-00001.parquet").write_text("no parquet", encoding="utf-8")
    with pytest.raises(InputError, match="part-00001.parquet is not a Parquet file"):
        read_table(tmp_path / "captions", CAPTIONS)


def test_an_image_is_read_without_its_whole_part(tmp_path):
    rows = {"image_id": range(40), "width": [8] * 40, "height": [8] * 40, "jpeg": [b"jpeg"] * 40}
    table = pa.table({name: list(column) for name, column in rows.items()}, schema=SCHEMAS["images"])
    write_table(tmp_path / "images.parquet", table, SCHEMAS["images"])
    groups = pq.ParquetFile(tmp_path / "images.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [16, 16, 8]


def test_a_missing_file_and_a_broken_one_are_named(tmp_path):
    with pytest.raises(InputError, match="is missing; run `dvc repro`"):
        read_table(tmp_path / "captions.parquet", CAPTIONS)
    (tmp_path / "captions.parquet").write_text("no parquet", encoding="utf-8")
    with pytest.raises(InputError, match="is not a Parquet file, or damaged"):
        read_table(tmp_path / "captions.parquet", CAPTIONS)


ROWS = {"caption_id": [1, 2], "image_id": [2, 2], "caption": ["a dog", "a cat"], "split": ["train", "test"]}
TUPLE = {"set": ["swapped"], "split": ["test"], "anchor": [7], "negatives": [[8]], "negative_texts": [["a"]]}
TUPLE |= {"tuple_id": [1], "unseen_relation": [False], "unseen_triple": [False]}


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"split": ["train", None]}, "column 'split' has a null"),
        ({"caption": [None, "a cat"]}, "column 'caption' has a null"),
        ({"split": ["train", "tset"]}, "column 'split' has 'tset', none of train, val, test"),
        ({"caption_id": [2, 2]}, "caption_id 2 occurs twice"),
        ({name: [] for name in ROWS}, "has no rows"),
    ],
)
def test_rows_that_break_a_check_are_refused(tmp_path, changed, line):
    """Written by another hand, without the checks of the file."""
    plain = pa.schema([(field.name, field.type) for field in CAPTIONS])
    pq.write_table(pa.table(ROWS | changed, schema=plain), tmp_path / "captions.parquet")
    with pytest.raises(InputError) as error:
        read_table(tmp_path / "captions.parquet", CAPTIONS)
    assert line in str(error.value) and str(error.value).endswith("; delete the file and run `dvc repro`")


def test_a_file_knows_its_number_of_rows_and_its_sets(tmp_path):
    """Of a table that was cut, or in which a set was misspelt, although it still is one of its schema."""
    path, schema = tmp_path / "tuples.parquet", SCHEMAS["tuples"]
    write_table(path, pa.table(TUPLE, schema=schema), schema, set=["swapped", "random"])
    whole = read_table(path, schema)
    pq.write_table(pa.concat_tables([whole, whole]), path)
    with pytest.raises(InputError, match="has 2 rows and was written with 1"):
        read_table(path, schema)
    column = whole.column_names.index("set")
    pq.write_table(whole.set_column(column, "set", pa.array(["swaped"])), path)
    with pytest.raises(InputError, match="column 'set' has 'swaped', none of swapped, random"):
        read_table(path, schema)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, ""),
        ({"anchor": [9]}, "names triple 9, which data/triples lacks"),
        ({"negatives": [[9]]}, "names triple 9, which data/triples lacks"),
        ({"negatives": [[8, 8]]}, "tuple 1 has 2 negatives and 1 texts of negatives"),
        ({"negative_texts": [[]]}, "tuple 1 has 1 negatives and 0 texts of negatives"),
    ],
)
def test_tuples_name_triples_that_there_are(changed, line):
    check = partial(check_tuples, "tuples.parquet", pa.table(TUPLE | changed, schema=SCHEMAS["tuples"]))
    triples = pa.chunked_array([[7, 8]])
    if not line:
        check(triples)
    else:
        with pytest.raises(InputError, match=line):
            check(triples)


def test_nulls_inside_lists_and_numbers_that_are_not_finite_are_found():
    assert not has_null(pa.array([["a"], []]))
    assert has_null(pa.array([["a", None]])) and has_null(pa.array([[{"x": 1}, {"x": None}]]))
    assert has_null(pa.array([[1.0, math.nan]], pa.list_(pa.float16(), 2))) and not has_null(pa.array([], pa.float64()))


def test_damage_anywhere_in_a_file_is_one_line(tmp_path):
    """Cut at any place, or a byte changed at any place: refused, or read as it was."""
    path, rows = tmp_path / "captions.parquet", 200
    table = pa.table({"caption_id": range(rows), "image_id": range(rows), "caption": map(str, range(rows))})
    table = table.append_column("split", pa.array(["train"] * rows))
    write_table(path, table, CAPTIONS)
    whole, content, refused = read_table(path, CAPTIONS), path.read_bytes(), 0
    for place in range(0, len(content), 23):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]):
            path.write_bytes(damaged)
            try:
                assert read_table(path, CAPTIONS).equals(whole)
            except InputError as error:
                assert "\n" not in str(error) and "captions.parquet" in str(error)
                refused += 1
    assert refused > len(content) / 23
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="captions.parquet"):
        read_table(path, CAPTIONS)


def test_a_failing_write_keeps_the_old_file(tmp_path):
    (tmp_path / "out").write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), write_beside(tmp_path / "out") as beside:
        beside.write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
