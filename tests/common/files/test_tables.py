"""Rows of tables are checked when they are written; columns, types and the number of rows when they are read."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stages.common.files.errors import InputError
from stages.common.files.tables import (
    SCHEMAS,
    features_schema,
    read_features,
    read_jpegs,
    read_table,
    rows_of,
    table_schema,
    write_parts,
    write_table,
)
from tests.project import write_jpegs

CAPTIONS = SCHEMAS["captions"]
ROW = {"caption_id": [1], "image_id": [2], "caption": ["a dog"], "split": ["train"]}
ROWS = {"caption_id": [1, 2], "image_id": [2, 2], "caption": ["a dog", "a cat"], "split": ["train", "test"]}


def test_round_trip(tmp_path):
    for row in (ROW, ROW | {"image_id": [-12]}, ROW | {"image_id": [2**63 - 1]}):
        write_table(tmp_path / "captions.parquet", pa.table(row, schema=CAPTIONS), CAPTIONS)
        assert read_table(tmp_path / "captions.parquet", CAPTIONS).to_pydict() == row


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"caption_id": [1]}), "column 'caption' is missing, not string"),
        (pa.table(ROW | {"split": [3]}), "column 'split' is int64, not string"),
        (pa.table(ROW | {"image_id": pa.array([2**63], pa.uint64())}), "column 'image_id' is uint64, not int64"),
        (pa.table(ROW | {"extra": [3]}), "column 'extra' is int64, not expected"),
    ],
)
def test_a_wrong_schema_is_named(tmp_path, table, message):
    pq.write_table(table, tmp_path / "captions.parquet")
    with pytest.raises(InputError, match=f"captions.parquet: {message}; delete the file and run `dvc repro`"):
        read_table(tmp_path / "captions.parquet", CAPTIONS)


def test_a_folder_of_parts_is_one_table(tmp_path):
    table = pa.table(ROWS, schema=CAPTIONS)
    write_parts(tmp_path / "captions", [table[:1], table[1:]], CAPTIONS)
    assert read_table(tmp_path / "captions", CAPTIONS).to_pydict() == ROWS
    assert pd.read_parquet(tmp_path / "captions")["caption_id"].tolist() == [1, 2]
    found = read_table(tmp_path / "captions", CAPTIONS, ["caption_id"], pc.field("caption") == "a cat")
    assert found.to_pydict() == {"caption_id": [2]}
    (tmp_path / "captions/part-00001.parquet").write_text("no parquet", encoding="utf-8")
    with pytest.raises(InputError, match="part-00001.parquet is not a Parquet file, or damaged"):
        read_table(tmp_path / "captions", CAPTIONS)
    with pytest.raises(InputError, match="missing.parquet is missing; run `dvc repro` to make it"):
        read_table(tmp_path / "missing.parquet", CAPTIONS)


def test_links_are_read_as_files_are(tmp_path):
    """DVC's cache type symlink makes a link of each file of an output."""
    table = pa.table(ROWS, schema=CAPTIONS)
    write_parts(tmp_path / "cache", [table[:1], table[1:]], CAPTIONS)
    (tmp_path / "captions").mkdir()
    for path in (tmp_path / "cache").iterdir():
        (tmp_path / "captions" / path.name).symlink_to(path)
    assert read_table(tmp_path / "captions", CAPTIONS).to_pydict() == ROWS
    write_parts(tmp_path / "captions", [table[:1]], CAPTIONS)
    assert read_table(tmp_path / "captions", CAPTIONS).to_pydict() == ROW
    assert read_table(tmp_path / "cache", CAPTIONS).to_pydict() == ROWS, "the cache keeps what it holds"


def test_an_image_is_read_without_its_whole_part(tmp_path):
    jpegs = [f"{number}".encode() for number in range(40)]
    path = write_jpegs(tmp_path, jpegs)
    groups = pq.ParquetFile(path / "part-00000.parquet").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [16, 16, 8]
    assert read_jpegs([39, 0, 20], path) == [b"39", b"0", b"20"]
    with pytest.raises(InputError, match="images lacks 40, which another table names"):
        read_jpegs([3, 40], path)


def test_embeddings_come_as_rows_of_an_array(tmp_path):
    embeddings = np.array([[0.6, 0.8], [1, 0], [0, 1]], np.float16)
    parts = []
    for ids in ([7, 9], [8]):
        column = pa.FixedSizeListArray.from_arrays(embeddings[np.array(ids) - 7].ravel(), 2)
        parts.append(pa.table({"image_id": ids, "embedding": column}))
    write_parts(tmp_path / "base", parts, features_schema(2))
    ids, found = read_features(tmp_path / "base")
    assert ids.tolist() == [7, 9, 8] and found.dtype == np.float16
    np.testing.assert_array_equal(found, embeddings[[0, 2, 1]])


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"split": ["train", None]}, "column 'split' would have a null"),
        ({"caption": [None, "a cat"]}, "column 'caption' would have a null"),
        ({"split": ["train", "tset"]}, "column 'split' would have 'tset', not one of train, val, test"),
        ({"caption_id": [2, 2]}, "caption_id 2 would occur twice"),
    ],
)
def test_rows_that_break_a_check_are_not_written(tmp_path, changed, line):
    table = pa.table({name: pa.array((ROWS | changed)[name]) for name in ROWS})
    with pytest.raises(InputError) as error:
        write_table(tmp_path / "captions.parquet", table, CAPTIONS)
    assert str(error.value).startswith(f"{tmp_path / 'captions.parquet'}: {line}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_numbers_are_finite_where_none_may_lack(tmp_path, value):
    schema = table_schema([("score low", pa.float64())], null="low")
    for scores in ([1.0], []):
        write_table(tmp_path / "1.parquet", pa.table({"score": scores, "low": [None] * len(scores)}), schema)
    with pytest.raises(InputError, match="column 'score' would have a null or a number that is not finite"):
        write_table(tmp_path / "1.parquet", pa.table({"score": [value], "low": [None]}), schema)


def test_a_key_of_two_columns(tmp_path):
    schema = table_schema([("tuple_id place", pa.int64())], key="tuple_id place")
    write_table(tmp_path / "1.parquet", pa.table({"tuple_id": [1, 1, 2], "place": [0, 1, 0]}), schema)
    with pytest.raises(InputError, match="tuple_id 1, place 0 would occur twice"):
        write_table(tmp_path / "2.parquet", pa.table({"tuple_id": [1, 1, 2], "place": [0, 0, 0]}), schema)


def test_a_file_knows_its_number_of_rows(tmp_path):
    path = tmp_path / "captions.parquet"
    write_table(path, pa.table(ROWS, schema=CAPTIONS), CAPTIONS)
    pq.write_table(read_table(path, CAPTIONS)[:1], path)
    with pytest.raises(InputError, match="has 1 rows and was written with 2; delete the file and run `dvc repro`"):
        read_table(path, CAPTIONS)


def test_a_key_that_another_table_lacks_is_named():
    index = pd.Index(["a", "b"])
    assert rows_of(np.array(["b", None], object), index, "texts").tolist() == [1, -1]
    with pytest.raises(InputError, match="texts lacks 'c', which another table names"):
        rows_of(np.array(["b", "c"], object), index, "texts")


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
