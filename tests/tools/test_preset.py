"""A preset holds differences and is laid over params.yaml by one command."""

import shutil
import sys
from pathlib import Path

import pytest

from stages.common.errors import InputError
from stages.common.params import load_params
from tools.preset import lay_over, main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "presets").glob("*.yaml")))
def test_a_preset_changes_what_it_names_and_nothing_else(project, monkeypatch, name):
    before, changes = load_params(), load_params(project / f"presets/{name}.yaml")
    comments = sum("#" in line for line in Path("params.yaml").read_text(encoding="utf-8").splitlines())
    monkeypatch.setattr(sys, "argv", ["preset", name])
    main()
    after = load_params()
    lay_over(before, changes)
    assert after == before
    kept = sum("#" in line for line in Path("params.yaml").read_text(encoding="utf-8").splitlines())
    assert kept >= comments - 4, "comments of replaced lists may go, others not"


def test_a_key_that_no_parameter_has_names_the_nearest():
    with pytest.raises(InputError, match="preset's train.learning is not in params.yaml; the nearest is train.lr"):
        lay_over({"train": {"warmup": 1, "lr": 2}}, {"train": {"learning": 3}})


def test_an_unknown_preset_lists_those_that_exist(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["preset", "huge"])
    with pytest.raises(InputError, match="one preset of coco"):
        main()
