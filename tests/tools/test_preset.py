"""A preset holds differences and is laid over params.yaml by one command."""

import shutil
import sys
from pathlib import Path

import pytest

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from tools.preset import lay_over, main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "presets", folder / "presets")
    shutil.copy(ROOT / "params.yaml", folder)
    (tmp_path / "towers").mkdir()  # of preset flickr8k_towers
    (tmp_path / "towers/open_clip_config.json").touch()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "presets").glob("*.yaml")))
def test_a_preset_changes_what_it_names_and_nothing_else(project, monkeypatch, name):
    before, changes = load_params(), load_params(project / f"presets/{name}.yaml")
    comments = sum("#" in line for line in Path("params.yaml").read_text(encoding="utf-8").splitlines())
    monkeypatch.setattr(sys, "argv", ["preset", name])
    main()
    after = load_params()
    lay_over(before, changes)
    assert after == before
    check_across(check_blocks(after))
    kept = sum("#" in line for line in Path("params.yaml").read_text(encoding="utf-8").splitlines())
    assert kept >= comments - 4, "comments of replaced lists may go, others not"


def test_a_key_that_no_parameter_has_is_reported_and_nothing_is_changed(project, monkeypatch):
    before = Path("params.yaml").read_bytes()
    (project / "presets/wrong.yaml").write_text("train: {learning_rate: 0.1}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["preset", "wrong"])
    with pytest.raises(InputError) as error:
        main()
    line = "presets/wrong.yaml over params.yaml: train.learning_rate is unknown; the nearest known key is train.lr"
    assert str(error.value) == line
    assert Path("params.yaml").read_bytes() == before


def test_several_are_laid_one_over_the_other(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["preset", "coco", "coco_ours"])
    main()
    train = load_params()["train"]
    assert (train["epochs"], train["max_scale"], train["sets"]["stative"]) == (7, 100, 1.0)


def test_an_unknown_preset_lists_those_that_exist(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["preset", "huge"])
    with pytest.raises(InputError, match="one preset of coco"):
        main()
