"""The charts, and what `dvc plots show` draws of a report: dvc.yaml names no model, and each has its line."""

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
from stages.report.content import figures
from stages.report.plots import confusion_map, set_bars, tuple_bars, verb_chart
from tests.project import ROOT, run_here
from tests.report.project import METHODS, MODELS, make_project

LABELS = ["$\\frac{$", "cost $5", "a$b$c", "x_1^2", "<b>&amp;", "50%"]


def dvc(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    environment = os.environ | {"DVC_NO_ANALYTICS": "true"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def labels(chart: str) -> set[str]:
    """The texts of a chart: SVG draws them as glyphs, and keeps each in a comment."""
    return set(re.findall("<!-- (.*?) -->", chart))


def test_labels_are_drawn_as_they_are():
    """No formula begins with a dollar: one that matplotlib cannot read would end the report."""
    cells = {"model": "base", "direction": "i2t", "value": 0.5, "high": 0.6, "count": 9, "chance": 0.5}
    cells["low"] = 0.52  # a bootstrap interval need not hold the value
    verbs = pd.DataFrame([cells | {"set": "verb", "slice": label} for label in LABELS])
    sets = pd.DataFrame([cells | {"set": label, "direction": way} for label in LABELS for way in ("i2t", "t2i")])
    pairs = itertools.permutations(LABELS, 2)
    confused = pd.DataFrame([{"set": a, "slice": b, "count": 9, "value": 0.5} for a, b in pairs])
    anchors = pd.DataFrame([{"set": "dynamic", "relation": label} for label in LABELS])
    charts = (
        set_bars(sets, {"base": "#a6acb4"}),
        verb_chart(verbs, 50, {"base": "#a6acb4"}),
        confusion_map(confused),
        tuple_bars(anchors, {"dynamic": "#a6acb4"}),
    )
    for chart in charts:
        drawn = {text.removesuffix("  (9)") for text in labels(chart)}
        assert {html.escape(label, quote=False) for label in LABELS} <= drawn
        ElementTree.fromstring(chart)  # well-formed


def test_the_same_findings_draw_the_same_bytes(found):
    first = figures(found)
    assert first == figures(found) and not any("<dc:date>" in chart for chart in first.values())
    assert list(first) == ["accuracy", "verbs_verb", "verbs_roles", "confusions", "retention", "calibration", "tuples"]


def test_every_chart_of_all_models_has_each(found):
    charts = figures(found)
    shades = {name: found.colours[name] for name in MODELS}
    for name in ("accuracy", "retention", "calibration"):
        assert [shade for shade in shades.values() if shade not in charts[name]] == [], name
    for name in ("verbs_verb", "verbs_roles"):
        assert [shade in charts[name] for shade in shades.values()] == [True, False, True, False]  # base and mine
        assert f"negatives that differ in {name.removeprefix('verbs_')}" in labels(charts[name])


def test_charts_that_need_what_is_missing_are_left_out(found):
    few = found.measures.query("measure in ('relation', 'retrieval')")
    scores = found.scores.drop(columns="relation")
    assert list(figures(found._replace(measures=few, scores=scores))) == ["accuracy", "tuples"]


def test_every_chart_of_dvc_yaml_is_drawn(tmp_path, monkeypatch):
    make_project(tmp_path)
    run_here(monkeypatch, tmp_path, report)
    plots = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["plots"]
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"plots": plots}), encoding="utf-8")
    dvc(tmp_path, "init", "--no-scm", "--quiet")
    shutil.copytree(ROOT / ".dvc/plots", tmp_path / ".dvc/plots")
    drawn = json.loads(dvc(tmp_path, "plots", "show", "--json"))
    assert not drawn.get("errors")
    charts = {name: found[0]["content"] for name, found in drawn["data"].items() if "content" in found[0]}
    assert set(charts) >= {"training loss", "tuple accuracy"}
    rows = charts["training loss"]["data"]["values"]
    assert list(dict.fromkeys(row["model"] for row in rows)) == ["base", *METHODS]
    assert charts["tuple accuracy"]["encoding"]["color"]["field"] == "model"
    assert "tuple_accuracy" in charts["tuple accuracy"]["transform"][0]["filter"]  # base has none: no point of it
    names = {Path(name).name for name in drawn["data"]}
    assert names >= {"accuracy.csv", "relations.csv", "accuracy.svg", "retention.svg"}
