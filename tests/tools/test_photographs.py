"""The cells of the table: means over seeds, intervals over images."""

import json

from stages.evaluate.__main__ import main as evaluate
from tests.evaluate.project import PARAMS, make_project
from tools.photographs import asked, cells, outcomes
from tools.trial import call


def test_a_mean_over_seeds_with_the_interval_of_that_mean():
    """One seed right on all four images, one on none: each image is half right, so nothing varies."""
    seeds = [outcomes("dynamic i2t", [1, 2, 3, 4], [value] * 4) for value in (1, 0)]
    assert cells("ours", seeds).to_dict() == {"dynamic i2t": {"ours": "50.0 ± 0.0"}}


def test_measures_keep_their_order():
    found = outcomes("recall@1 t2i", ["a", "a"], [1, 1])
    table = cells("base", [found.assign(measure=["recall@1 t2i", "bla both"])])
    assert list(table) == ["recall@1 t2i", "bla both"]


def test_the_outcomes_are_those_of_the_stage(tmp_path, monkeypatch):
    """Every accuracy and recall of stage evaluate is the mean of the outcomes here."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    means = asked("drive", PARAMS | {"train": {"freeze": "none"}}).groupby("measure")["value"].mean().mul(100).round(1)
    call(evaluate, "drive")
    summary = json.loads((tmp_path / "data/evaluate/drive/summary.json").read_text(encoding="utf-8"))
    for name, ways in summary["accuracy"].items():
        for way in ("i2t", "t2i"):
            assert name == "swapped" or means[f"{name} {way}"] == ways[way]
    assert means["recall@5 t2i"] == summary["retention"]["t2i_recall@5"]
