"""What `dvc plots show` draws of a report: dvc.yaml names no model, and each has its line."""

import html
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import yaml

from stages.report.__main__ import main as report
from stages.report.plots import confusion_map, set_bars, tuple_bars, verb_chart
from tests.report.project import METHODS, make_project

ROOT = Path(__file__).parents[2]


def _dvc(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    environment = os.environ | {"DVC_NO_ANALYTICS": "true"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


LABELS = ["$\\frac{$", "cost $5", "a$b$c", "x_1^2", "<b>&amp;", "50%"]


def test_labels_are_drawn_as_they_stand():
    """No formula begins with a dollar; what a formula could not be made of ended the report."""
    cells = {"model": "base", "direction": "i2t", "accuracy": 0.5, "low": 0.4, "high": 0.6, "count": 9, "chance": 0.5}
    verbs = pd.DataFrame([cells | {"relation": label} for label in LABELS])
    sets = pd.DataFrame([cells | {"set": label, "direction": way} for label in LABELS for way in ("i2t", "t2i")])
    pairs = itertools.permutations(LABELS, 2)
    confused = pd.DataFrame([{"relation": a, "taken_for": b, "count": 9, "mistaken": 5} for a, b in pairs])
    anchors = pd.DataFrame([{"set": "dynamic", "relation": label, "split": "test"} for label in LABELS])
    charts = (
        set_bars(sets, {"base": "#a6acb4"}),
        verb_chart(verbs, 50, {"base": "#a6acb4"}),
        confusion_map(confused),
        tuple_bars(anchors, {"dynamic": "#a6acb4"}),
    )
    for chart in charts:
        drawn = {text.removesuffix("  (9)") for text in re.findall("<!-- (.*?) -->", chart)}
        assert {html.escape(label, quote=False) for label in LABELS} <= drawn
        ElementTree.fromstring(chart)  # well-formed


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
