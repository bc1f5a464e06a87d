"""The cells of the table: means over seeds, intervals over images."""

import pandas as pd
import pyarrow as pa
import pytest

from stages.answer.__main__ import main as answer
from stages.benchmark.schemas import PICTURES, QUESTIONS
from stages.common.files.storage import write_json
from stages.common.files.tables import write_parts, write_table
from stages.evaluate.__main__ import main as evaluate
from tests.evaluate.project import PARAMS, make_project
from tests.project import jpeg, run_here
from tools.photographs import ask, cells, outcomes


def test_a_mean_over_seeds_with_the_interval_of_that_mean():
    """One seed right on all four images, one on none: each image is half right, so nothing varies."""
    skipped = outcomes("swapped t2i", [1], [float("nan")])
    seeds = [pd.concat([outcomes("dynamic i2t", [1, 2, 3, 4], [value] * 4), skipped]) for value in (1, 0)]
    assert cells(seeds) == {"dynamic i2t": "50.0 ± 0.0"}


def test_the_outcomes_are_those_of_the_stages(tmp_path, monkeypatch):
    """Every accuracy, recall and score of a benchmark is the mean of the outcomes here."""
    make_project(tmp_path, PARAMS | {"benchmarks": {"sugarcrepe": {"files": "none", "images": "none"}}})
    folder, pictures = tmp_path / "data/benchmarks/sugarcrepe", [jpeg(1), jpeg(2)]
    rows = [{"category": c, "pictures": [i], "texts": [f"a {c}", "a"], "macro": False} for c in "uv" for i in (0, 1)]
    write_table(folder / "questions.parquet", pa.Table.from_pylist(rows, pa.schema(list(QUESTIONS))), QUESTIONS)
    write_parts(folder / "pictures", [pa.table({"picture_id": [0, 1], "content": pictures})], PICTURES)
    write_json(folder / "summary.json", {"questions": 4, "answerable": 4})
    run_here(monkeypatch, tmp_path, evaluate, "drive")
    run_here(monkeypatch, tmp_path, answer, "drive-sugarcrepe")
    folders = ("data/evaluate/drive", "data/evaluate/drive-sugarcrepe")
    table = pd.concat(pd.read_parquet(f"{folder}/measures.parquet") for folder in folders)
    table = table[table["direction"].isin(("i2t", "t2i"))].set_index("measure")
    relation, recall, scores = (table.loc[name] for name in ("relation", "retrieval", "benchmark"))
    relation = relation[relation["slice"] == "all"]
    names = [*(relation["set"] + " " + relation["direction"]), *(recall["slice"] + " " + recall["direction"])]
    names += list("sugarcrepe " + scores["slice"] + " " + scores["direction"])
    found = ask("drive", ["sugarcrepe"]).groupby("measure")["value"].mean().to_dict()
    assert found == pytest.approx(dict(zip(names, pd.concat([relation, recall, scores])["value"])))
