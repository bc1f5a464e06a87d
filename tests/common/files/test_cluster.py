"""The stages over parts on a Dask cluster of this machine, one of whose two workers is killed in the middle."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from stages.common.clip.checkpoint import save_checkpoint
from stages.common.files.tables import table_files
from tests.project import ROOT, tiny_model
from tests.whole.project import make, stage

pytest.importorskip("distributed", reason="not installed, so that Dask is not tested: pip install distributed")
CAPTIONS = ["a man riding a horse", "a dog chasing a cat", "a man riding a horse"] * 4
TABLES = ("captions/captions", "captions/images", "parse/parses", "triples/triples", "features/base")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its two workers."""
    file = tmp_path / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}

    def start(module: str, *options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), "--no-dashboard"]
        return subprocess.Popen([*command, *options], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")]
    processes += [start("dask_worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
    while not file.is_file():
        assert processes[0].poll() is None
        time.sleep(0.1)
    yield json.loads(file.read_text(encoding="utf-8"))["address"], processes[1:]
    for process in processes[::-1]:
        process.kill()
        process.wait()


def test_tables_are_those_of_local_processes_although_a_worker_is_killed(cluster, tmp_path, monkeypatch):
    address, workers = cluster
    local, shared = tmp_path / "local", tmp_path / "shared"
    monkeypatch.setattr("stages.captions.__main__.PART", 2)
    finished = []

    def kill_one() -> None:
        """Once a part of the parses is there, and others are not."""
        while not finished:
            finished.extend(shared.glob("data/parse/.parses-*/part-*"))
            time.sleep(0.005)
        workers[0].kill()

    for folder, engine in ((local, "local"), (shared, address)):
        make(folder, CAPTIONS, {"run": {"engine": engine, "device": "cpu"}, "features": {"base": {}}})
        save_checkpoint(folder / "data/models/base", *tiny_model())
        monkeypatch.chdir(folder)
        stage("captions")
        if folder == shared:
            threading.Thread(target=kill_one, daemon=True).start()
        stage("parse")
        stage("triples")
        stage("features", "base")
    assert 0 < len(finished) < 6
    assert workers[0].poll() is not None and workers[1].poll() is None
    for name in TABLES:
        one, other = (table_files(folder / "data" / name) for folder in (local, shared))
        assert [path.name for path in one] == [path.name for path in other] and len(one) == 6
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other], name
