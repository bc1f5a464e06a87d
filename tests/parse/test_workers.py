"""The processes of the stage: their errors are told, and they end with their parent."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml

from tests.parse.test_stage import PARAMS, ROOT, project  # noqa: F401 - a fixture


def start(folder: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "stages.parse"]
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_a_damaged_model_is_named_in_one_line(project, damage):  # noqa: F811
    """Not as a process pool that broke."""
    (project / "data/parser").unlink()
    shutil.copytree(ROOT / "data/parser", project / "data/parser")
    path = project / "data/parser/pos.pt"
    path.write_bytes(path.read_bytes()[:1000]) if damage == "cut" else path.unlink()
    process = start(project)
    errors = process.communicate()[1]
    assert process.returncode == 1 and "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("error: data/parser/pos.pt ") and "git checkout data/parser" in errors


def test_wrong_models_are_told_before_any_process(project):  # noqa: F811
    (project / "params.yaml").write_text(yaml.safe_dump(PARAMS | {"parse": {"models": "large"}}))
    process = start(project)
    assert process.communicate()[1].startswith("error: params.yaml: parse.models is 'large'; it takes one of compact")
    assert process.returncode == 1


def test_no_process_outlives_a_parent_that_was_killed(project):  # noqa: F811
    process, children = start(project), []
    while len([c for c in children if "spawn_main" in " ".join(c.cmdline())]) < 1:
        assert process.poll() is None
        time.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
    time.sleep(5)  # Python has started in them and their watch is on
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else children
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not [c for c in alive if c.is_running() and c.status() != psutil.STATUS_ZOMBIE]
