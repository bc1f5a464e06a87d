"""Tables are checked when read and whole when written."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stages.common.errors import InputError
from stages.common.files import write_beside
from stages.common.tables import SCHEMAS, read_table, write_parts, write_table

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
    with pytest.raises(InputError, match="is not a Parquet file"):
        read_table(tmp_path / "captions.parquet", CAPTIONS)


def test_a_failing_write_keeps_the_old_file(tmp_path):
    (tmp_path / "out").write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), write_beside(tmp_path / "out") as beside:
        beside.write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
