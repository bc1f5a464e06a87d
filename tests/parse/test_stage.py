"""The whole stage: repeated captions, shards of any size, and a run that was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

import stages.parse.__main__ as stage
from stages.common.tables import SCHEMAS, read_table, write_table

PARAMS = {
    "parse": {"models": "compact"},
    "run": {"device": "auto", "workers": 0, "checkpoint_every": 100},
}
CAPTIONS = ["A man riding a wave.", "A dog chases a cat", "A man riding a wave.", "Two boys, on a bench."] * 2


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with parameters, captions and the shipped models."""
    parser = Path(__file__).parents[2] / "data/parser"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/parser").symlink_to(parser)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(PARAMS), encoding="utf-8")
    rows = {"caption_id": range(8), "image_id": range(8), "caption": CAPTIONS, "split": ["train"] * 8}
    table = pa.table({name: list(values) for name, values in rows.items()}, schema=SCHEMAS["captions"])
    write_table(tmp_path / "data/captions/captions.parquet", table, SCHEMAS["captions"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_shards_of_any_size_give_the_same_table_and_leave_nothing_behind(project, monkeypatch):
    stage.main()
    whole = (project / "data/parse/parses.parquet").read_bytes()
    table = read_table("data/parse/parses.parquet", SCHEMAS["parses"])
    texts = [[word["text"] for word in words] for words in table["words"].to_pylist()]
    assert table["caption_id"].to_pylist() == list(range(8))
    assert texts[0] == texts[2] == ["A", "man", "riding", "a", "wave", "."]
    assert texts[5] == ["A", "dog", "chases", "a", "cat"]
    stage.main()
    assert (project / "data/parse/parses.parquet").read_bytes() == whole
    monkeypatch.setattr(stage, "SHARD", 2)
    stage.main()
    assert read_table("data/parse/parses.parquet", SCHEMAS["parses"]).equals(table)
    assert sorted(path.name for path in (project / "data/parse").iterdir()) == ["parses.parquet", "summary.json"]


def test_a_finished_shard_is_not_parsed_again(project, monkeypatch):
    """The shard that an interrupted run left is taken as it is: here it holds a word of our own."""
    monkeypatch.setattr(stage, "SHARD", 2)
    word = {"text": "kept", "lemma": "kept", "upos": "X", "feats": "", "head": 0, "deprel": "root", "start": 0, "end": 1}
    kept = pa.table({"caption_id": [0, 1], "words": [[word], [word]]}, schema=SCHEMAS["parses"])
    write_table(stage.work_folder("compact") / "000000.parquet", kept, SCHEMAS["parses"])
    stage.main()
    words = read_table("data/parse/parses.parquet", SCHEMAS["parses"])["words"].to_pylist()
    assert [tree[0]["text"] for tree in words] == ["kept", "kept", "kept", "Two"] * 2


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"half a file"), lambda path: cut(path, 1)])
def test_a_damaged_shard_is_put_aside_and_parsed_again(project, monkeypatch, capfd, damage):
    monkeypatch.setattr(stage, "SHARD", 2)
    stage.main()
    whole = (project / "data/parse/parses.parquet").read_bytes()
    shard = stage.work_folder("compact") / "000000.parquet"
    write_table(shard, read_table("data/parse/parses.parquet", SCHEMAS["parses"])[:2], SCHEMAS["parses"])
    damage(shard)
    stage.main()
    assert "000000.parquet is damaged: put aside as 000000.parquet.damaged and made anew" in capfd.readouterr().err
    assert (project / "data/parse/parses.parquet").read_bytes() == whole


def cut(shard: Path, rows: int) -> None:
    """Leave the first rows of a shard."""
    write_table(shard, read_table(shard, SCHEMAS["parses"])[:rows], SCHEMAS["parses"])


def test_shards_of_other_code_or_models_are_not_reused(project, monkeypatch):
    own = stage.work_folder("compact")
    monkeypatch.setattr(stage, "code_of", lambda name: [])
    assert stage.work_folder("compact") != own
    other = stage.work_folder("compact")
    (project / "data/other.pt").write_bytes(b"weights")
    monkeypatch.setattr(stage, "model_files", lambda models: [project / "data/other.pt"])
    assert len({own, other, stage.work_folder("compact")}) == 3


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_bytes(project):
    captions = [f"A dog chases {number} cats." for number in range(24)]
    rows = {"caption_id": range(24), "image_id": range(24), "caption": captions, "split": ["train"] * 24}
    table = pa.table({name: list(values) for name, values in rows.items()}, schema=SCHEMAS["captions"])
    write_table(project / "data/captions/captions.parquet", table, SCHEMAS["captions"])
    parses, command = project / "data/parse/parses.parquet", "import stages.parse.__main__ as s; s.SHARD = 2; s.main()"

    def run() -> subprocess.Popen:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.Popen([sys.executable, "-c", command], env=environment, start_new_session=True)

    broken = run()
    while not list(project.glob("data/parse/.shards-*/*.parquet")):
        assert broken.poll() is None
        time.sleep(0.01)
    os.killpg(broken.pid, signal.SIGKILL)
    broken.wait()
    assert not parses.exists()
    assert run().wait() == 0
    continued = parses.read_bytes()
    assert run().wait() == 0
    assert parses.read_bytes() == continued
