"""Tables are checked when read and whole when written."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.common.errors import InputError
from stages.common.files import write_beside
from stages.common.tables import SCHEMAS, read_table, write_table

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
