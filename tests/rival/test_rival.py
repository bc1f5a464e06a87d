"""A rival is any CLIP of open_clip's as it is, here one of a few layers from a weights file."""

import json

import open_clip
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from stages.common.files.errors import InputError
from stages.rival.__main__ import main
from tests.project import TINY, run_here, start

OWN = {"model": "tiny-rival.json", "pretrained": "weights.safetensors"}
UNSAFE = ["../x", "drive; touch x", ".", ""]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "tiny-rival.json").write_text(json.dumps(TINY), encoding="utf-8")
    torch.manual_seed(5)
    save_file(open_clip.CLIP(**TINY).state_dict(), tmp_path / "weights.safetensors")
    write(tmp_path, {"tiny": OWN})
    return tmp_path


def write(folder, rivals):
    """params.yaml of these rivals."""
    (folder / "params.yaml").write_text(yaml.safe_dump({"rivals": rivals}), encoding="utf-8")


def message(monkeypatch, folder, name) -> str:
    """The one line that the stage ends in, having written nothing."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError) as error:
        run_here(monkeypatch, folder, main, name)
    assert "\n" not in str(error.value)
    assert sorted(folder.rglob("*")) == before
    return str(error.value)


def test_the_folder_is_what_open_clip_loads(project, monkeypatch):
    run_here(monkeypatch, project, main, "tiny")
    model = open_clip.create_model("local-dir:data/models/tiny")
    state = load_file("weights.safetensors")
    assert all((model.state_dict()[name] == value).all() for name, value in state.items())


@pytest.mark.parametrize(
    ("rival", "line"),
    [
        ({"model": "ViT-B-99"}, "params.yaml: rivals.mine.model 'ViT-B-99' is unknown to open_clip; "),
        ({"pretrained": "tiny-rival.json"}, "cannot get rivals.mine, tiny-rival.json tiny-rival.json "),
        (
            {"pretrained": ""},
            "params.yaml: rivals.mine: pretrained is empty; name weights: only a local-dir: model has",
        ),
    ],
)
def test_a_model_or_weights_that_there_are_not(project, monkeypatch, rival, line):
    """Further mistakes are in tests/common/clip/test_pretrained.py."""
    write(project, {"mine": OWN | rival})
    assert message(monkeypatch, project, "mine").startswith(line)


@pytest.mark.parametrize("name", [*UNSAFE, "siglip"])
def test_a_rival_that_is_not_there(project, monkeypatch, name):
    assert message(monkeypatch, project, name) == f"{name!r} is not one of the rivals of params.yaml: tiny; name one"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *((name, "String should match pattern") for name in UNSAFE),
        ("base", "base is the name of the starting model; give"),
    ],
)
def test_a_rival_of_a_name_that_would_leave_its_folder_or_overwrite_base(project, monkeypatch, name, line):
    write(project, {name: OWN})
    assert message(monkeypatch, project, name).startswith(f"params.yaml: rivals.{name}: {line}")


def test_a_model_that_was_trained_here_is_not_overwritten(project, monkeypatch):
    (project / "data/models/tiny").mkdir(parents=True)
    (project / "data/models/tiny/history.csv").write_text("step,loss\n")
    line = "data/models/tiny is a model that was trained here; give the rival another name, or delete it"
    assert message(monkeypatch, project, "tiny") == line


def test_as_a_command(project):
    """Exit status 1 and one line, no traceback."""
    process = start(project, "stages.rival", "../x")
    line = "error: '../x' is not one of the rivals of params.yaml: tiny; name one\n"
    assert (process.communicate()[1], process.returncode) == (line, 1)
