"""Files appear whole, beside those of other processes; JSON is what it should be or reported in one line."""

import os
import subprocess
import sys

import pytest
from pydantic import FiniteFloat

from stages.common.files.errors import InputError
from stages.common.files.storage import read_json, write_beside


def test_two_processes_that_write_one_folder_do_not_meet(tmp_path):
    """Another process writes the same folder while this one does: the last to end stays, and nothing beside it."""
    code = (
        "import sys; from stages.common.files.storage import write_beside\n"
        "with write_beside(sys.argv[1]) as beside: beside.mkdir(); (beside / 'other').touch()"
    )
    with write_beside(tmp_path / "out") as beside:
        beside.mkdir()
        (beside / "own").touch()
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], check=True)
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["other"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["own"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getppid()):
        (tmp_path / f".out.{process}.partial").mkdir()
    (tmp_path / f".out.older.{ended.pid}.partial").touch()
    with write_beside(tmp_path / "out") as beside:
        beside.touch()
    assert {path.name for path in tmp_path.iterdir()} == {"out", f".out.{os.getppid()}.partial"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"a": 1', "Invalid JSON"),
        (b'{"a": "x"}', "['a']: Input should be a valid number"),
        (b'{"a": NaN}', "['a']: Input should be a finite number"),
        (b"[]", "Input should be"),
        (b"[" * 5000, "Invalid JSON"),
        (b"\xff", "cannot be read"),
        (b"", "Invalid JSON"),
        (None, "is missing"),
    ],
)
def test_json_that_is_not_what_it_should_be(tmp_path, content, line):
    path = tmp_path / "summary.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_json(path, dict[str, FiniteFloat], "make it anew")
    text = str(error.value)
    assert text.startswith(str(path)) and line in text and text.endswith("; make it anew") and "\n" not in text


def test_a_folder_is_no_json(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_json(tmp_path, dict, "make it anew")
