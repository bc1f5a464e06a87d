"""The whole stage on a tiny project folder: what it writes for base and for a tuned method."""

import json
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.common.errors import InputError
from stages.evaluate.__main__ import main
from stages.evaluate.schemas import SCHEMAS
from tests.evaluate.project import PARAMS, make_project


def evaluate(monkeypatch, folder, method):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["evaluate", method])
    main()
    summary = json.loads((folder / f"data/evaluate/{method}/summary.json").read_text(encoding="utf-8"))
    tables = {name: pd.read_parquet(folder / f"data/evaluate/{method}/{name}.parquet") for name in SCHEMAS}
    return tables, summary


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
    between = tables["interpolation"].set_index("alpha")
    assert between.index.tolist() == [0, 0.5, 1]
    assert round(100 * between.loc[1, "relation"], 2) == summary["overall"]["relation"]
    assert round(100 * between.loc[1, "retention"], 2) == summary["overall"]["retention"]


def test_base_is_read_from_the_features_and_agrees_with_alpha_0(project, monkeypatch):
    tuned, _ = evaluate(monkeypatch, project, "drive")
    (project / "data/captions/images.parquet").rename(project / "images.away")
    tables, summary = evaluate(monkeypatch, project, "base")
    (project / "images.away").rename(project / "data/captions/images.parquet")
    assert tables["interpolation"].empty
    start = tuned["interpolation"].loc[0]
    assert round(100 * start["relation"], 2) == summary["overall"]["relation"]
    assert round(100 * start["retention"], 2) == summary["overall"]["retention"]


def test_an_image_without_a_feature_is_named(project, monkeypatch):
    path = project / "data/features/images.parquet"
    whole = pq.read_table(path)
    pq.write_table(whole.filter(pa.compute.not_equal(whole["id"], 3)), path)
    with pytest.raises(InputError, match="features/images.parquet lacks id 3"):
        evaluate(monkeypatch, project, "base")
    pq.write_table(whole, path)


def test_benchmarks_and_categories_are_measured_where_the_parameters_name_them(tmp_path, monkeypatch):
    crepe = tmp_path / "crepe"
    crepe.mkdir()
    item = {"caption": "a dog", "negative_caption": "a cat"}
    items = {str(i): item | {"filename": f"{i}.jpg"} for i in (1, 99)}
    (crepe / "replace_obj.json").write_text(json.dumps(items))
    boxes = [{"image_id": 3, "category_id": 18}, {"image_id": 9, "category_id": 17}]
    names = [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]
    (tmp_path / "instances.json").write_text(json.dumps({"categories": names, "annotations": boxes}))
    given = {"benchmarks": {"sugarcrepe": {"files": "crepe", "images": "crepe"}}}
    given |= {"instances": "instances.json", "methods": ["base", "drive"], "alphas": []}
    make_project(tmp_path, PARAMS | {"evaluate": PARAMS["evaluate"] | given})
    jpegs = pd.read_parquet(tmp_path / "data/captions/images.parquet")["jpeg"]
    (crepe / "1.jpg").write_bytes(jpegs[0])
    tables, summary = evaluate(monkeypatch, tmp_path, "base")
    answered = {"questions": 2, "answered": 1, "missing": 1, "missing_images": ["99.jpg"]}
    assert summary["benchmarks"] == {"sugarcrepe": answered}
    assert tables["benchmarks"]["category"].tolist() == ["all", "replace_obj"]
    assert summary["retention"]["category_accuracy"] in (0, 100)
    tables, _ = evaluate(monkeypatch, tmp_path, "drive")
    assert tables["interpolation"].empty  # alphas is empty


def test_a_tuned_method_without_its_checkpoint_leaves_no_output(project, monkeypatch):
    with pytest.raises(InputError, match="data/train/ours/checkpoint"):
        evaluate(monkeypatch, project, "ours")
    assert not (project / "data/evaluate/ours").exists()
