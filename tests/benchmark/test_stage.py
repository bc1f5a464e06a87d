"""The whole stage on a tiny project folder."""

import json
import sys

import pandas as pd
import pytest
import yaml

from stages.benchmark.__main__ import main
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from tests.evaluate.project import PARAMS, images, make_project

ITEM = {"caption": "a dog", "negative_caption": "a cat"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Models, and a SugarCrepe of one question whose image is there and one whose is not."""
    make_project(tmp_path, PARAMS | {"benchmarks": {"sugarcrepe": {"files": "crepe", "images": "val2017"}}})
    (tmp_path / "crepe").mkdir()
    (tmp_path / "val2017").mkdir()
    items = {str(i): ITEM | {"filename": f"{i}.jpg"} for i in (1, 99)}
    (tmp_path / "crepe/replace_obj.json").write_text(json.dumps(items))
    (tmp_path / "val2017/1.jpg").write_bytes(images()["jpeg"][0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchmark", "sugarcrepe"])
    return tmp_path


def test_every_model_is_scored_and_missing_images_are_counted_and_named(project):
    main()
    out = project / "data/evaluate/_benchmarks/sugarcrepe"
    table = pd.read_parquet(out / "accuracy.parquet")
    assert table[["model", "category"]].values.tolist() == [
        [model, category] for model in ("base", "clip", "drive", "siglip") for category in ("all", "replace_obj")
    ]
    assert set(table["benchmark"]) == {"sugarcrepe"} and (table["count"] == 1).all()
    answered = {"questions": 2, "answered": 1, "missing": 1, "missing_images": ["99.jpg"]}
    assert json.loads((out / "summary.json").read_text()) == answered


def test_a_benchmark_that_params_do_not_name_is_refused(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmark", "valse"])
    with pytest.raises(InputError, match=r"name one of params.yaml's benchmarks \(sugarcrepe\)"):
        main()
    params = load_params(project / "params.yaml")
    params["benchmarks"] = {"sugarcrep": {"files": "x", "images": "y"}}
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(InputError, match="benchmarks.sugarcrep is unknown; .* benchmarks.sugarcrepe"):
        main()
