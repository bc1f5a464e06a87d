"""Evaluation and report on a tiny project folder: the page, the committed numbers, the details."""

import json
import sys

import pandas as pd
import pytest

from stages.common.errors import InputError
from stages.evaluate.__main__ import main as evaluate
from stages.report.__main__ import main as report
from tests.evaluate.project import PARAMS, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    make_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for method in PARAMS["evaluate"]["methods"]:
            patch.setattr(sys, "argv", ["evaluate", method])
            evaluate()
        report()
    return folder / "metrics"


def test_numbers_are_few_and_named(project):
    """A file a method and direction, so that `dvc metrics show` prints a row each."""
    root = project / "results"
    files = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.json")}
    ways = ("i2t", "t2i")
    assert set(files) == {f"{name}/{way}.json" for name in ("base", "clip", "drive", "chance") for way in ways}
    numbers = json.loads(files["drive/i2t.json"])
    assert list(numbers) == ["relation", "dynamic", "stative", "swapped", "random", "recall@1"]
    assert json.loads(files["chance/i2t.json"])["swapped"] == 50.0


def test_details_are_tables(project):
    between = pd.read_csv(project / "details/interpolation.csv")
    alphas = between.groupby("method")["alpha"].agg(list).to_dict()
    assert alphas == {"clip": [0, 0.5, 1], "drive": [0, 0.5, 1]}
    assert pd.read_csv(project / "details/history.csv").columns.tolist() == ["step", "clip", "drive"]
    slices = set(pd.read_csv(project / "details/slices.csv")["slice"])
    assert slices >= {"all", "unseen relation", "seen triple"}


def test_page_and_figures_are_written(project):
    page = (project / "report/index.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "6 test tuples on 5 anchor images" in page
    drawn = {path.stem for path in (project / "figures").glob("*.svg")}
    assert drawn == {"accuracy", "verbs", "roles", "confusions", "retention", "training", "relations", "tuples"}


def test_a_second_report_writes_the_same_bytes(project, monkeypatch):
    files = sorted(path for path in project.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in files]
    monkeypatch.chdir(project.parent)
    report()
    assert [path.read_bytes() for path in files] == before


def test_a_method_without_evaluation_is_named(tmp_path, monkeypatch):
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="data/evaluate/base/accuracy.parquet is missing"):
        report()
    assert not (tmp_path / "metrics").exists()
