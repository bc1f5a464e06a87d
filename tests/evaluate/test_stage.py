"""The whole stage on a tiny project folder: what it writes for base, a tuned method and a rival."""

import json
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, table_files, write_table
from stages.evaluate.__main__ import main
from tests.evaluate.project import PARAMS, make_model, make_project


def evaluate(monkeypatch, folder, name):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["evaluate", name])
    main()
    out = folder / "data/evaluate" / name
    tables = {path.stem: pd.read_parquet(path) for path in out.glob("*.parquet")}
    return tables, json.loads((out / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    make_project(folder)
    return folder


def test_a_tuned_method_is_measured_with_every_interpolation(project, monkeypatch):
    tables, summary = evaluate(monkeypatch, project, "drive")
    assert tables["tuples"]["tuple_id"].tolist() == [0, 1, 2, 3, 4, 5]  # those of split test
    assert tables["tuples"]["t2i"].isna().tolist() == [False, False, False, False, True, False]
    recalls = {f"{way}_recall@{k}" for way in ("i2t", "t2i") for k in (1, 5, 10)}
    assert set(summary["retention"]) == {"noun_accuracy"} | recalls
    assert tables["interpolation"]["alpha"].tolist() == [0.5]
    assert list(summary["accuracy"]) == ["dynamic", "stative", "swapped", "random"]
    assert list(summary["held_out"]) == ["dynamic", "stative"]  # nobody bites or wears in train


@pytest.mark.parametrize("name", ["base", "siglip"])
def test_base_and_a_rival_have_every_table_and_nothing_between(project, monkeypatch, name):
    tuned, _ = evaluate(monkeypatch, project, "drive")
    tables, summary = evaluate(monkeypatch, project, name)
    assert tables["interpolation"].empty and set(tables) == set(tuned)
    assert len(tables["accuracy"]) == len(tuned["accuracy"]) and "relation" in summary["overall"]


def test_a_model_with_the_weights_of_base_is_base_at_every_alpha(project, monkeypatch):
    make_model(project / "data/models/same", 0)
    (project / "data/models/same/history.csv").write_text("step,loss\n")
    tables, summary = evaluate(monkeypatch, project, "same")
    _, base = evaluate(monkeypatch, project, "base")
    assert summary == base
    shares = {name: round(100 * value, 2) for name, value in tables["interpolation"].loc[0].items()}
    assert shares == {"alpha": 50.0} | base["overall"]


def test_the_order_of_rows_changes_no_byte(tmp_path, monkeypatch):
    make_project(tmp_path)
    evaluate(monkeypatch, tmp_path, "drive")
    before = {path.name: path.read_bytes() for path in (tmp_path / "data/evaluate/drive").iterdir()}
    for name in ("captions/captions", "captions/images", "triples/triples", "negatives/tuples.parquet"):
        (path,) = table_files(tmp_path / "data" / name)
        table = pq.read_table(path)
        order = np.random.default_rng(4).permutation(len(table))
        pq.write_table(table.take(order), path)
    evaluate(monkeypatch, tmp_path, "drive")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "data/evaluate/drive").iterdir()}


def test_a_set_that_the_summary_of_the_negatives_does_not_know(tmp_path, monkeypatch):
    """What differs in its negatives is not known, so that its questions have no meaning."""
    make_project(tmp_path)
    path = tmp_path / "data/negatives/summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    del summary["sets"]["swapped"]
    path.write_text(json.dumps(summary), encoding="utf-8")
    with pytest.raises(InputError, match="tuples.parquet has tuples of a set 'swapped', which .*summary.json does not"):
        evaluate(monkeypatch, tmp_path, "drive")


def test_an_image_that_is_missing_is_named(project, monkeypatch):
    path = project / "data/captions/images/part-00000.parquet"
    whole = pq.read_table(path)
    write_table(path, whole.filter(pa.compute.not_equal(whole["image_id"], 3)), SCHEMAS["images"])
    with pytest.raises(InputError, match="data/captions/images lacks image_id 3"):
        evaluate(monkeypatch, project, "base")
    pq.write_table(whole, path)


def test_categories_are_measured_where_the_parameters_name_them(tmp_path, monkeypatch):
    boxes = [{"image_id": 3, "category_id": 18}, {"image_id": 9, "category_id": 17}]
    names = [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]
    (tmp_path / "instances.json").write_text(json.dumps({"categories": names, "annotations": boxes}))
    make_project(tmp_path, PARAMS | {"evaluate": PARAMS["evaluate"] | {"instances": "instances.json", "alphas": []}})
    tables, summary = evaluate(monkeypatch, tmp_path, "drive")
    assert summary["retention"]["category_accuracy"] in (0, 100)
    assert tables["interpolation"].empty


def test_a_model_that_is_not_there_leaves_no_output(project, monkeypatch):
    with pytest.raises(InputError, match="data/models holds base, .* and not 'ours'; run `dvc repro` to make it"):
        evaluate(monkeypatch, project, "ours")
    assert not (project / "data/evaluate/ours").exists()


def test_negatives_that_do_not_tell_what_differs_are_named(tmp_path, monkeypatch):
    make_project(tmp_path)
    (tmp_path / "data/negatives/summary.json").write_text('{"sets": {"dynamic": {}}}')
    with pytest.raises(InputError, match="negatives/summary.json: .*'differs'.*: Field required"):
        evaluate(monkeypatch, tmp_path, "base")
