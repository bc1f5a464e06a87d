"""The stage on made-up evaluations of base, two methods and a rival: no model, set or chart is left out."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.common.files.storage import write_json
from stages.report.__main__ import main as report
from tests.project import run_here
from tests.report.project import MODELS, make_project


@pytest.fixture(scope="module")
def metrics(folder):
    with pytest.MonkeyPatch.context() as patch:
        run_here(patch, folder, report)
    return folder / "metrics"


def sections(page: Path) -> dict[str, str]:
    """HTML by the title of its section."""
    parts = re.split(r"<h2>(.*?)</h2>", page.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2]))


def test_numbers_are_few_and_named(metrics):
    """A file a model and direction, so that `dvc metrics show` prints a row each."""
    root = metrics / "results"
    files = {str(path.relative_to(root)): json.loads(path.read_text()) for path in root.rglob("*.json")}
    assert set(files) == {f"{name}/{way}.json" for name in (*MODELS, "chance") for way in ("i2t", "t2i")}
    assert files["mine/i2t.json"]["relation"] == 75.0 and files["chance/i2t.json"]["swapped"] == 50.0


def test_every_model_is_in_every_table(metrics):
    """But for the histories, which rivals do not have."""
    tables = {path.stem: pd.read_csv(path) for path in (metrics / "details").glob("*.csv")}
    assert set(tables) == {"accuracy", "measures", "differences", "history", "relations"}
    columns = tables.pop("relations").columns.tolist()
    named = {name: set(table["model"]) | set(table.get("minus", [])) for name, table in tables.items()}
    missing = {name: set(MODELS) - found for name, found in named.items() if set(MODELS) - found}
    assert missing == {"history": {"siglip"}} and columns == ["relation", "triples"]


def test_every_pair_of_models_is_compared(metrics):
    table = pd.read_csv(metrics / "details/differences.csv")
    pairs = list(table[["model", "minus"]].drop_duplicates().itertuples(index=False, name=None))
    assert sorted(pairs) == sorted((later, earlier) for n, later in enumerate(MODELS) for earlier in MODELS[:n])


def test_every_table_has_each_model_with_its_colour(metrics):
    """But for that of tuples. Two methods with one loss are in one table, in two colours."""
    page = metrics / "report/index.html"
    tables = {title: text for title, text in sections(page).items() if "<thead>" in text}
    without = {title for title, text in tables.items() if not all(re.search(rf"\b{name}\b", text) for name in MODELS)}
    assert without == {"Tuples"}
    shades = dict(re.findall(r'background:(#\w+)"></span>(\w+)</th>', sections(page)["Accuracy"]))
    assert list(shades.values()) == list(MODELS) and len(shades) == 4


def test_a_second_report_writes_the_same_bytes_and_no_old_file(metrics, monkeypatch):
    files = sorted(path for path in metrics.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in files]
    (metrics / "results/removed").mkdir()
    (metrics / "results/removed/i2t.json").write_text("{}")
    run_here(monkeypatch, metrics.parent, report)
    assert sorted(path for path in metrics.rglob("*") if path.is_file()) == files
    assert [path.read_bytes() for path in files] == before
    assert {path.name for path in metrics.iterdir() if path.is_file()} == {"triples.json", "negatives.json"}


@pytest.mark.parametrize(
    ("project", "stated"),
    [
        ({"sets": ("random",)}, "No question is of a hard set"),
        ({"sets": ("swapped",)}, "No question of the sets dynamic, random: the test split has no such tuple."),
        ({"images": 1}, "All questions are on 1 image:"),
        ({"images": 2}, "All questions are on 2 images:"),
        ({"sets": ("random",), "images": 2, "models": ("base",)}, "No verb probe"),
        ({"models": ("clip", "siglip")}, "siglip"),
    ],
)
def test_a_report_of_little_is_whole_and_states_what_is_missing(tmp_path, monkeypatch, project, stated):
    make_project(tmp_path, **project)
    run_here(monkeypatch, tmp_path, report)
    page = (tmp_path / "metrics/report/index.html").read_text(encoding="utf-8")
    assert stated in page and page.rstrip().endswith("</html>") and "nan" not in re.sub(r"base64,[^\"]*", "", page)
    assert "NaN" not in "".join(path.read_text() for path in (tmp_path / "metrics/results").rglob("*.json"))


def test_benchmarks_of_params_are_on_the_page(metrics):
    """Answers to the benchmark "removed", of an earlier run, are there too."""
    text = sections(metrics / "report/index.html")["Benchmarks"]
    assert "winoground, &lt;Object&gt;, text (2)" in text and "removed" not in text
    table = pd.read_csv(metrics / "details/measures.csv")
    assert set(table.loc[table["measure"] == "benchmark", "set"]) == {"winoground"}


def test_one_line_for_what_is_missing(tmp_path, monkeypatch):
    make_project(tmp_path, models=())
    with pytest.raises(
        InputError, match="^data/evaluate holds no evaluation of a model of params.yaml; run `dvc repro`"
    ):
        run_here(monkeypatch, tmp_path, report)
    assert not (tmp_path / "metrics").exists()


def test_one_line_for_summaries_that_do_not_fit(tmp_path, monkeypatch):
    make_project(tmp_path, models=("base",))
    path, counts = tmp_path / "data/negatives/summary.json", {"train": 1, "val": 0, "test": 1}
    known = {"tuples": counts, "blind_classifier": None, "differs": "verb"}
    write_json(path, {"sets": {"dynamic": known}})
    with pytest.raises(InputError, match="summary.json does not know the set 'random'; run `dvc repro`"):
        run_here(monkeypatch, tmp_path, report)
    write_json(path, {"sets": {"dynamic": known | {"tuples": {"train": 1}}}})
    with pytest.raises(InputError, match=r"negatives/summary.json: \['sets'\]\['dynamic'\]\['tuples'\]\['val'\]: "):
        run_here(monkeypatch, tmp_path, report)
