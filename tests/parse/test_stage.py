"""The whole stage: repeated captions, parts of any size, a run that was killed, and errors of its processes."""

import shutil
import time
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

import stages.parse.__main__ as stage
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.common.files.tables import SCHEMAS, read_table, table_files, write_parts
from tests.project import ROOT, RUN, start

CAPTIONS = ["A man riding a wave.", "A dog chases a cat", "A man riding a wave.", "Two boys, on a bench."] * 2


def write_captions(folder: Path, captions: list[str], size: int) -> None:
    """A table of captions in parts of `size`."""
    ids = list(range(len(captions)))
    table = pa.table([ids, ids, captions, ["train"] * len(ids)], schema=SCHEMAS["captions"])
    parts = [table[first : first + size] for first in range(0, len(table), size)]
    write_parts(folder / "data/captions/captions", parts, SCHEMAS["captions"])


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with parameters, captions in one part and the shipped models."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/parser").symlink_to(ROOT / "data/parser")
    params = {"parse": {"models": "compact"}, "run": RUN}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    write_captions(tmp_path, CAPTIONS, 8)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parses() -> pa.Table:
    return read_table("data/parse/parses", SCHEMAS["parses"])


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in table_files(folder)]


def test_parts_of_any_size_give_the_same_rows_and_leave_nothing_behind(project, monkeypatch):
    stage.main([])
    table, whole = parses(), contents(project / "data/parse/parses")
    texts = [[word["text"] for word in words] for words in table["words"].to_pylist()]
    assert table["caption_id"].to_pylist() == list(range(8))
    assert texts[0] == texts[2] == ["A", "man", "riding", "a", "wave", "."]
    assert texts[5] == ["A", "dog", "chases", "a", "cat"]
    stage.main([])
    assert contents(project / "data/parse/parses") == whole
    write_captions(project, CAPTIONS, 3)
    monkeypatch.setattr(stage, "REPEATED_AT_ONCE", 2)
    monkeypatch.setattr(stage, "local_workers", lambda jobs, gigabytes: 1)
    stage.main([])
    assert len(table_files("data/parse/parses")) == 3 and parses().equals(table)
    assert sorted(path.name for path in (project / "data/parse").iterdir()) == ["parses", "summary.json"]


def test_a_caption_of_several_parts_is_parsed_once(project, monkeypatch):
    """The wave is in both parts, the dog in the first one twice."""
    seen = []

    def parse(_, captions: list[str]) -> list[list]:
        seen.append(captions)
        return [[] for _ in captions]

    write_captions(project, ["a dog", "a wave", "a dog", "a wave", "a cat"], 3)
    monkeypatch.setattr("stages.parse.part.parse_captions", parse)
    monkeypatch.setattr(stage, "local_workers", lambda jobs, gigabytes: 1)
    stage.main([])
    assert seen == [["a wave"], ["a dog"], ["a cat"]]
    assert len(parses()) == 5


def test_a_part_of_other_code_or_models_is_not_taken(project, monkeypatch):
    """Broken off after its parts: the run after it makes them again only where something changed."""
    monkeypatch.setattr(stage, "publish", lambda paths, out: 8)

    def kept() -> int:
        stage.main([])
        return len(list(project.glob("data/parse/.parses-*")))

    assert [kept(), kept()] == [1, 1]
    monkeypatch.setattr(stage, "code_files", lambda name: [])
    assert kept() == 2
    (project / "data/other.pt").write_bytes(b"weights")
    monkeypatch.setattr(stage, "model_files", lambda models: [project / "data/other.pt"])
    assert kept() == 3


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_bytes(project, monkeypatch):
    write_captions(project, [f"A dog chases {number} cats." for number in range(24)], 2)
    out = project / "data/parse/parses"
    broken = start(project, "stages.parse")
    while not (done := list(project.glob("data/parse/.parses-*/part-*.parquet"))):
        assert broken.poll() is None
        time.sleep(0.01)
    broken.kill()
    broken.communicate()
    assert not out.exists()
    first, made = done[0].name, done[0].stat().st_mtime_ns
    monkeypatch.setattr(stage, "local_workers", lambda jobs, gigabytes: 1)
    stage.main([])
    assert (out / first).stat().st_mtime_ns == made
    continued = contents(out)
    stage.main([])
    assert contents(out) == continued


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_a_damaged_model_is_named_in_one_line(project, damage):
    """Not as a process pool that broke."""
    (project / "data/parser").unlink()
    shutil.copytree(ROOT / "data/parser", project / "data/parser")
    path = project / "data/parser/pos.pt"
    path.write_bytes(path.read_bytes()[:1000]) if damage == "cut" else path.unlink()
    process = start(project, "stages.parse")
    errors = process.communicate()[1]
    assert process.returncode == 1 and "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("error: data/parser/pos.pt ") and "git checkout data/parser" in errors


def test_wrong_models_are_reported_before_any_process(project):
    path = project / "params.yaml"
    path.write_text(yaml.safe_dump(load_params(path) | {"parse": {"models": "large"}}))
    with pytest.raises(InputError, match=r"params.yaml: parse.models: Input should be 'compact' or 'default'"):
        stage.main([])
