"""Files appear whole, beside those of other processes; JSON has its type, or one line says what is wrong."""

import os
import subprocess
import sys

import pytest
from pydantic import FiniteFloat

from stages.common.files.errors import InputError
from stages.common.files.storage import inside, read_json, write_beside


def test_two_processes_may_write_one_folder(tmp_path):
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


def test_files_of_a_killed_process_are_removed_and_those_of_another_stay(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getppid()):
        (tmp_path / f".out.{process}.partial").mkdir()
    (tmp_path / f".out.older.{ended.pid}.partial").touch()
    with write_beside(tmp_path / "out") as beside:
        beside.touch()
    assert {path.name for path in tmp_path.iterdir()} == {"out", f".out.{os.getppid()}.partial"}


def test_a_failing_write_keeps_the_old_file(tmp_path):
    (tmp_path / "out").write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), write_beside(tmp_path / "out") as beside:
        beside.write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


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
        ("a folder", "cannot be read"),
    ],
)
def test_json_of_another_type_is_one_line(tmp_path, content, line):
    path = tmp_path / "summary.json"
    if content == "a folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_json(path, dict[str, FiniteFloat], "make it anew")
    text = str(error.value)
    assert text.startswith(str(path)) and line in text and text.endswith("; make it anew") and "\n" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_part_of_json(tmp_path, encoding):
    (tmp_path / "1.json").write_text('{"é": 1}', encoding=encoding)
    assert read_json(tmp_path / "1.json", dict[str, int], "") == {"é": 1}


def test_paths_of_a_data_file_stay_inside_its_folder(tmp_path):
    assert inside(tmp_path, "a/../b.jpg") == tmp_path / "b.jpg"
    for name in ("../b.jpg", "a/../../b.jpg", "/b.jpg"):
        with pytest.raises(InputError, match="leads out of .*; use a path inside that folder"):
            inside(tmp_path, name)
