"""The stage on made-up evaluations of base, two methods and a rival: no model, set or chart is left out."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.report.__main__ import main as report
from tests.report.project import MODELS, make_project


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    make_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        report()
    return folder / "metrics"


def _sections(page: Path) -> dict[str, str]:
    """HTML by the title of its section."""
    parts = re.split(r"<h2>(.*?)</h2>", page.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2]))


def test_numbers_are_few_and_named(metrics):
    """A file a model and direction, so that `dvc metrics show` prints a row each."""
    root = metrics / "results"
    files = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.json")}
    assert set(files) == {f"{name}/{way}.json" for name in (*MODELS, "chance") for way in ("i2t", "t2i")}
    assert json.loads(files["mine/i2t.json"]) == {
        "relation": 75.0,
        "dynamic": 75.0,
        "swapped": 75.0,
        "random": 75.0,
        "held_out": 50.0,  # of the tuples 0, 1, 2, 3 of a set it misses the last; 1 and 3 are held out
        "recall@1": 21.0,
        "verb@1": 50.0,
        "verb@5": 50.0,
        "mean_rank": 1.5,
        "roles": 50.0,
    }
    assert json.loads(files["chance/i2t.json"])["swapped"] == 50.0


def test_every_model_is_in_every_table(metrics):
    """But for the histories, that rivals have not, and the way from base to a method, that methods alone go."""
    tables = {path.stem: pd.read_csv(path) for path in (metrics / "details").glob("*.csv")}
    named = {
        name: set(table["model"]) | set(table.get("minus", [])) for name, table in tables.items() if "model" in table
    }
    lacks = {name: set(MODELS) - found for name, found in named.items() if set(MODELS) - found}
    assert lacks == {"history": {"siglip"}, "interpolation": {"base", "siglip"}}
    assert set(tables) - set(named) == {"relations"}
    assert len(tables) == 14


def test_every_pair_of_models_is_compared(metrics):
    table = pd.read_csv(metrics / "details/differences.csv")
    pairs = list(table[["model", "minus"]].drop_duplicates().itertuples(index=False, name=None))
    assert pairs == [(later, earlier) for place, later in enumerate(MODELS) for earlier in MODELS[:place]]


def test_histories_stand_one_below_the_other_base_s_too(metrics):
    table = pd.read_csv(metrics / "details/history.csv")
    assert table["model"].tolist() == ["base", "base", "clip", "clip", "mine", "mine"]
    assert table.columns.tolist() == ["model", "step", "loss", "tuple_accuracy"]


def test_a_row_or_column_of_every_table_is_each_model(metrics):
    """The tables of one model alone, and those of the data, are the only ones without all of them."""
    tables = {title: text for title, text in _sections(metrics / "report/index.html").items() if "<table>" in text}
    without = {title for title, text in tables.items() if not all(re.search(rf"\b{name}\b", text) for name in MODELS)}
    assert without == {"Clearest gains of mine", "Controls", "Tuples"}


def test_every_chart_of_all_models_has_each(metrics):
    """SVG text is drawn as glyphs, so each model is known by its colour."""
    page = (metrics / "report/index.html").read_text(encoding="utf-8")
    found = re.findall(r'background:(#\w+)"></span>(\w+)</th>', page)
    shades = {name: shade for shade, name in found if name in MODELS}
    assert len(set(shades.values())) == len(MODELS)
    for name in ("accuracy", "retention"):
        chart = (metrics / f"figures/{name}.svg").read_text(encoding="utf-8")
        assert [shade for shade in shades.values() if shade not in chart] == [], name
    for name in ("verbs_verb", "verbs_roles"):
        chart = (metrics / f"figures/{name}.svg").read_text(encoding="utf-8")
        assert shades["base"] in chart and shades["mine"] in chart


def test_the_page_is_about_the_best_method_and_not_about_a_better_rival(metrics):
    page = (metrics / "report/index.html").read_text(encoding="utf-8")
    assert "mine picks the right text for 75.0% of the hard images (clip 50.0%, base 25.0%)" in page
    assert "and finds 21.0% of whole captions at rank 1 (clip 21.0%, base 21.0%)." in page
    assert "12 test tuples on 4 anchor images" in page


def test_a_second_report_writes_the_same_bytes(metrics, monkeypatch):
    files = sorted(path for path in metrics.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in files]
    monkeypatch.chdir(metrics.parent)
    report()
    assert [path.read_bytes() for path in files] == before


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ({"sets": ("random",)}, "No question is of a hard set"),
        ({"sets": ("swapped",)}, "No question of the sets dynamic, random"),
        ({"images": 1}, "All questions are on 1 image:"),
        ({"images": 2}, "All questions are on 2 images:"),
        ({"sets": ("random",), "images": 2, "models": ("base",)}, "No verb probe"),
        ({"models": ("clip", "siglip")}, "siglip"),
    ],
)
def test_a_report_of_little_is_whole_and_says_what_it_lacks(tmp_path, monkeypatch, project, said):
    make_project(tmp_path, **project)
    monkeypatch.chdir(tmp_path)
    report()
    page = (tmp_path / "metrics/report/index.html").read_text(encoding="utf-8")
    assert said in page and page.rstrip().endswith("</html>") and "nan" not in re.sub(r"base64,[^\"]*", "", page)
    assert (tmp_path / "metrics/details/held_out.csv").is_file()


def test_benchmarks_of_params_are_shown_and_what_they_lacked(metrics):
    """data/evaluate/_benchmarks/removed lies there too."""
    shown = _sections(metrics / "report/index.html")["Benchmarks"]
    assert "winoground, all, text score (2)" in shown and "removed" not in shown
    assert "winoground: 2 of 3 questions have their images" in shown
    assert set(pd.read_csv(metrics / "details/benchmarks.csv")["benchmark"]) == {"winoground"}


def test_models_of_another_run_are_not_shown(tmp_path, monkeypatch):
    make_project(tmp_path, models=("base", "clip"))
    (tmp_path / "data/evaluate/clip").rename(tmp_path / "data/evaluate/removed")
    monkeypatch.chdir(tmp_path)
    report()
    assert {path.name for path in (tmp_path / "metrics/results").iterdir()} == {"base", "chance"}


def test_no_evaluation_at_all_is_one_line(tmp_path, monkeypatch):
    make_project(tmp_path, models=())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="data/evaluate holds no evaluation"):
        report()
    assert not (tmp_path / "metrics").exists()
