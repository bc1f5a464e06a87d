"""A name that a shell would read as a command never reaches one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from stages.check.names import main
from stages.common.files.errors import InputError
from stages.common.files.params import load_params

ROOT = Path(__file__).parents[2]


def write(folder: Path, block: str, name: str) -> None:
    """params.yaml with a method, rival or benchmark of this name more."""
    params = load_params(ROOT / "params.yaml")
    (params["train"]["methods"] if block == "train" else params[block])[name] = {}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


@pytest.mark.parametrize("name", ["drive; touch x", "$(touch x)", "`touch x`", "a\nb", "a b", "a'b", "../x", "-x", ""])
@pytest.mark.parametrize("block", ["train", "rivals", "benchmarks"])
def test_one_line(tmp_path, monkeypatch, block, name):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, block, name)
    with pytest.raises(InputError, match="has no fit name; it takes small letters, digits and _, at most 40") as error:
        main()
    assert "\n" not in str(error.value)


def test_the_default_has_fit_names(monkeypatch):
    monkeypatch.chdir(ROOT)
    main()


def test_dvc_runs_no_part_of_a_name(tmp_path):
    """Nor where the stage is run alone, and the check of all parameters was done before."""
    shutil.copytree(ROOT / "stages", tmp_path / "stages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    write(tmp_path, "rivals", "drive; touch x")
    for name in ("captions/images", "triples/triples"):  # what the stage reads
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data/check.json").write_text("{}")
    environment = os.environ | {"DVC_NO_ANALYTICS": "1"}

    def dvc(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["dvc", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert dvc("init", "--no-scm").returncode == 0
    done = dvc("repro", "-s", "rival@drive; touch x")
    assert done.returncode != 0 and "rivals.drive; touch x has no fit name" in done.stderr
    assert not (tmp_path / "x").exists()
