"""What `dvc plots show` draws of a report: dvc.yaml names no model, and each has its line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from stages.report.__main__ import main as report
from tests.report.project import METHODS, make_project

ROOT = Path(__file__).parents[2]


def _dvc(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    environment = os.environ | {"DVC_NO_ANALYTICS": "true"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def test_every_chart_of_dvc_yaml_is_drawn(tmp_path, monkeypatch):
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    report()
    plots = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["plots"]
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"plots": plots}), encoding="utf-8")
    _dvc(tmp_path, "init", "--no-scm", "--quiet")
    shutil.copytree(ROOT / ".dvc/plots", tmp_path / ".dvc/plots")
    drawn = json.loads(_dvc(tmp_path, "plots", "show", "--json"))
    assert not drawn.get("errors")
    charts = {name: found[0]["content"] for name, found in drawn["data"].items() if "content" in found[0]}
    assert set(charts) >= {"training loss", "tuple accuracy"}
    rows = charts["training loss"]["data"]["values"]
    assert list(dict.fromkeys(row["model"] for row in rows)) == ["base", *METHODS]
    assert charts["tuple accuracy"]["encoding"]["color"]["field"] == "model"
    assert "tuple_accuracy" in charts["tuple accuracy"]["transform"][0]["filter"]  # base has none: no point of it
    names = {Path(name).name for name in drawn["data"]}
    assert names >= {"accuracy.csv", "relations.csv", "accuracy.svg", "retention.svg"}
