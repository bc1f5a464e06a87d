"""The stages over parts on a Dask cluster of this machine, one of whose two workers is killed in the middle."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import stages.captions.__main__ as captions
import stages.features.__main__ as features
import stages.parse.__main__ as parse
import stages.triples.__main__ as triples
from stages.common.clip.embed import save_checkpoint
from stages.common.files.tables import table_files
from tests.project import ROOT, RUN, jpeg, tiny_model

pytest.importorskip("distributed", reason="not installed, so that Dask is not tested: pip install distributed")
TABLES = (
    "captions/captions",
    "captions/images",
    "parse/parses",
    "triples/triples",
    "features/images",
    "features/texts",
)


def make_project(folder: Path) -> None:
    """Twelve captioned pictures, lexicon, parser and a small base."""
    (folder / "source").mkdir(parents=True)
    said = ("a man riding a horse", "a dog chasing a cat", "a man riding a horse")
    content = {"images": [], "annotations": []}
    for i in range(12):
        (folder / f"source/{i}.jpg").write_bytes(jpeg(i, 64))
        content["images"].append({"id": i, "file_name": f"{i}.jpg"})
        content["annotations"].append({"id": i, "image_id": i, "caption": f"{said[i % 3]} number {i // 4}"})
    (folder / "source/captions.json").write_text(json.dumps(content), encoding="utf-8")
    save_checkpoint(folder / "data/models/base", *tiny_model())
    for name in ("parser", "verbs.csv"):
        (folder / "data" / name).symlink_to(ROOT / "data" / name)


def set_engine(folder: Path, engine: str) -> None:
    source = {"annotations": "captions.json", "images": ".", "split": "random"}
    shares = {"train": 0.5, "val": 0.0, "test": 0.5}
    params = {
        "seed": 0,
        "run": RUN | {"engine": engine, "device": "cpu"},
        "captions": {"root": "source", "sources": [source], "shares": shares, "short_side": 32},
        "parse": {"models": "compact"},
        "triples": {"with_secondary": False, "truth": ""},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


@pytest.fixture
def cluster(tmp_path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """The address of a scheduler, and its two workers, started in the project's folder."""
    file, environment = (
        tmp_path / "scheduler.json",
        os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )

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


def test_a_worker_is_killed_and_the_tables_are_those_of_local_processes(cluster, tmp_path, monkeypatch):
    address, workers = cluster
    local, shared = tmp_path / "local", tmp_path / "shared"
    make_project(local)
    shutil.copytree(local, shared, symlinks=True)
    monkeypatch.setattr(captions, "PART", 2)
    seen = []

    def kill_one() -> None:
        """Once a part of the parses is there, and others are not."""
        while not seen:
            seen.extend(shared.glob("data/parse/.parses-*/part-*"))
            time.sleep(0.005)
        workers[0].kill()

    for folder, engine in ((local, "local"), (shared, address)):
        set_engine(folder, engine)
        monkeypatch.chdir(folder)
        captions.main()
        if folder == shared:
            threading.Thread(target=kill_one, daemon=True).start()
        parse.main(), triples.main(), features.main()
    assert 0 < len(seen) < 6
    assert workers[0].poll() is not None and workers[1].poll() is None
    for name in TABLES:
        one, other = (table_files(folder / "data" / name) for folder in (local, shared))
        assert [path.name for path in one] == [path.name for path in other] and len(one) == 6
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other], name
