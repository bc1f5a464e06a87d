"""Parts are made once, again where their worker fails, and appear together as one folder."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pytest

from stages.common.files import parts
from stages.common.files.errors import InputError
from stages.common.files.executor import local_workers, open_executor
from stages.common.files.parts import make_parts, publish
from stages.common.files.tables import part_name

ROOT = Path(__file__).parents[3]  # without tests.project: processes import this module, and torch takes long
LOGGED = "calls.txt"


def numbers(n: int) -> pa.Table:
    """0 to n - 1; the call is logged."""
    with open(LOGGED, "a", encoding="utf-8") as file:
        file.write(f"{n}\n")
    return pa.table({"n": range(n)})


def calls() -> list[str]:
    return sorted(Path(LOGGED).read_text(encoding="utf-8").split())


def killed_in_part_2(n: int, times: int) -> pa.Table:
    """`numbers`; the first `times` times, the process is killed in part 2."""
    table = numbers(n)
    if n == 2 and calls().count("2") <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return table


def refuse(n: int) -> pa.Table:
    """A mistake in the input."""
    numbers(n)
    raise InputError(f"row {n} is empty; fix it")


def wait(n: int) -> pa.Table:
    """Never ends."""
    Path(f"waiting-{os.getpid()}").touch()
    time.sleep(600)
    return numbers(n)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(work, jobs: list[tuple], workers: int = 1, key: str = "k") -> list[Path]:
    with open_executor("local", workers) as executor:
        return make_parts(Path("out"), work, jobs, key, executor)


def test_parts_become_one_folder_that_pandas_reads(folder):
    assert publish(make(numbers, [(1,), (3,)]), Path("out")) == 4
    assert pd.read_parquet("out")["n"].tolist() == [0, 0, 1, 2]
    assert sorted(path.name for path in folder.iterdir()) == [LOGGED, "out"]
    assert [path.name for path in sorted((folder / "out").iterdir())] == [part_name(0), part_name(1)]


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_any_number_of_processes_gives_the_same_bytes(method):
    """Whatever the system's start method: ours is always spawn."""
    jobs = [(n,) for n in range(1, 6)]
    one = [path.read_bytes() for path in make(numbers, jobs, 1, "one")]
    multiprocessing.set_start_method(method, force=True)
    try:
        assert [path.read_bytes() for path in make(numbers, jobs, 3, "three")] == one
    finally:
        multiprocessing.set_start_method("spawn", force=True)


def test_a_part_that_is_there_is_not_made_again_but_for_another_key():
    make(numbers, [(1,), (2,)])
    make(numbers, [(1,), (2,), (3,)])
    assert calls() == ["1", "2", "3"]
    make(numbers, [(1,)], key="other")
    assert calls() == ["1", "1", "2", "3"]


def test_a_damaged_part_is_set_aside_and_made_again(capsys):
    paths = make(numbers, [(1,), (2,)])
    whole = paths[1].read_bytes()
    paths[1].write_bytes(whole[: len(whole) // 2])
    assert make(numbers, [(1,), (2,)])[1].read_bytes() == whole
    assert "parquet is damaged; renamed to part-00001.parquet.damaged and made again" in capsys.readouterr().err
    publish(paths, Path("out"))
    assert len(list(Path("out").iterdir())) == 2


def test_a_lost_process_costs_its_own_part_alone(capsys):
    """One of two is killed in its first part; that part is made again, the others are made once."""
    paths = make(killed_in_part_2, [(n, 1) for n in range(1, 5)], workers=2)
    assert [len(pd.read_parquet(path)) for path in paths] == [1, 2, 3, 4]
    assert calls() == ["1", "2", "2", "3", "4"]
    assert "part-00001.parquet failed: BrokenProcessPool" in capsys.readouterr().err


def test_a_part_that_fails_three_times_ends_the_run_and_keeps_the_others():
    with pytest.raises(InputError, match=r"part-00001.parquet failed: BrokenProcessPool.*, in 3 tries; run again"):
        make(killed_in_part_2, [(1, 9), (2, 9)], workers=2)
    assert calls() == ["1", "2", "2", "2"]
    assert [path.name for path in Path().glob(".out-*/part-*")] == [part_name(0)]
    with pytest.raises(InputError, match=r"part-00000.parquet failed: ZeroDivisionError: division by zero"):
        make(lambda n: 1 / 0, [(1,)], key="other")


def test_input_that_a_user_can_fix_is_reported_at_once():
    with pytest.raises(InputError, match="^row 7 is empty; fix it$"):
        make(refuse, [(7,)])
    assert calls() == ["7"]


def test_a_worker_that_loaded_other_code_is_reported(monkeypatch):
    make_part = parts._make
    monkeypatch.setattr(parts, "_make", lambda root, code, *rest: make_part(root, ["of yesterday"], *rest))
    with pytest.raises(InputError, match="runs other code than .*stages; restart it"):
        make(numbers, [(1,)])


def test_no_process_outlives_a_parent_that_is_killed(folder):
    code = "from tests.common.files import test_parts; test_parts.make(test_parts.wait, [(1,), (2,)], 2)"
    parent = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    while len(list(folder.glob("waiting-*"))) < 2:
        assert parent.poll() is None
        time.sleep(0.05)
    children = [int(path.name.partition("-")[2]) for path in folder.glob("waiting-*")]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    gone, alive = psutil.wait_procs([psutil.Process(pid) for pid in children if psutil.pid_exists(pid)], timeout=10)
    assert not alive


def test_workers_fit_the_cores_the_memory_and_the_parts(monkeypatch):
    """8 cores, 4 GiB free: 8 processes of 0.5 GiB, 4 of 1, one of 9; 2 for two parts; 3 under OMP_NUM_THREADS."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("stages.common.files.executor.cores", lambda: 8)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 4 * 2**30}))
    assert [local_workers(99, size) for size in (0.5, 1, 9)] == [8, 4, 1]
    assert local_workers(2, 0.5) == 2
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert local_workers(99, 0.5) == 3


def test_an_address_that_nobody_answers_is_reported():
    pytest.importorskip("distributed", reason="pip install distributed to test Dask")
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        open_executor("tcp://127.0.0.1:9", 1).__enter__()


def test_a_missing_package_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="run.engine tcp://host:1: pip install distributed, or set it to local"):
        open_executor("tcp://host:1", 1).__enter__()
