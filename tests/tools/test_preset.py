"""A preset holds differences and is laid over params.yaml by one command."""

import shutil
from pathlib import Path

import pytest

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from tests.project import ROOT
from tools.preset import lay_over, main


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "presets", folder / "presets")
    shutil.copy(ROOT / "params.yaml", folder)
    (tmp_path / "towers").mkdir()  # of preset flickr8k_towers
    (tmp_path / "towers/open_clip_config.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("names", ["coco coco_ours", *(path.stem for path in (ROOT / "presets").glob("*.yaml"))])
def test_presets_change_what_they_name_and_nothing_else(project, names):
    params, expected = Path("params.yaml"), load_params()
    for name in names.split():
        lay_over(expected, load_params(f"presets/{name}.yaml"))
    comments = params.read_text(encoding="utf-8").count("#")
    main(names.split())
    assert load_params() == expected
    check_across(check_blocks(expected))
    assert params.read_text(encoding="utf-8").count("#") >= comments - 4, "comments of replaced lists may go"


def test_a_key_that_no_parameter_has_is_reported_and_nothing_is_changed(project):
    before = Path("params.yaml").read_bytes()
    (project / "presets/wrong.yaml").write_text("train: {learning_rate: 0.1}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        main(["wrong"])
    line = "presets/wrong.yaml over params.yaml: train.learning_rate is unknown; the nearest known key is lr"
    assert str(error.value) == line
    assert Path("params.yaml").read_bytes() == before


def test_an_unknown_preset_lists_those_that_exist(project):
    with pytest.raises(InputError, match="one preset of coco"):
        main(["huge"])
