"""Errors of the processes of the stage are reported in one line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages.common.files.params import load_params
from tests.parse.test_stage import ROOT, project  # noqa: F401 - a fixture


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


def test_wrong_models_are_reported_before_any_process(project):  # noqa: F811
    path = project / "params.yaml"
    path.write_text(yaml.safe_dump(load_params(path) | {"parse": {"models": "large"}}))
    process = start(project)
    assert process.communicate()[1].startswith("error: params.yaml: parse.models is 'large'; it takes one of compact")
    assert process.returncode == 1
