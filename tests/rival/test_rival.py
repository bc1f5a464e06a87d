"""A rival is any CLIP of open_clip's as it is, here one of a few layers from a weights file."""

import json

import open_clip
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from stages.common.files.errors import InputError
from stages.evaluate.__main__ import main as evaluate
from stages.rival.__main__ import main
from stages.train.__main__ import main as train
from tests.project import RUN, TINY, run_here, start
from tests.train.project import OPTIONS

EVALUATE = {"resamples": 10, "alphas": [], "instances": ""}
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
    """params.yaml of these rivals, with what the stages train and evaluate read."""
    params = {"seed": 0, "run": RUN, "train": OPTIONS, "rivals": rivals, "evaluate": EVALUATE}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def message(monkeypatch, folder, stage, *arguments) -> str:
    """The one line that a stage ends in, having written nothing."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError) as error:
        run_here(monkeypatch, folder, stage, *arguments)
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
        ({"model": "absent.json"}, "params.yaml: rivals.mine.model absent.json: "),
        (
            {"model": "ViT-B-16-SigLIP", "pretrained": "openai"},
            "params.yaml: rivals.mine.pretrained 'openai' is neither a file nor a known tag; ViT-B-16-SigLIP's tags are",
        ),
        (
            {"pretrained": "absent.pt"},
            "params.yaml: rivals.mine.pretrained 'absent.pt' is neither a file nor a known tag; open_clip has no weights",
        ),
        ({"pretrained": "tiny-rival.json"}, "cannot get rivals.mine, tiny-rival.json tiny-rival.json "),
        (
            {"pretrained": ""},
            "params.yaml: rivals.mine is {'model': 'tiny-rival.json', 'pretrained': ''}; pretrained is empty; name",
        ),
    ],
)
def test_a_model_or_weights_that_there_are_not(project, monkeypatch, rival, line):
    write(project, {"mine": OWN | rival})
    assert message(monkeypatch, project, main, "mine").startswith(line)


def test_without_network(project, monkeypatch):
    def offline(*args, **kwargs):
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr("open_clip.factory.download_pretrained", offline)
    write(project, {"mine": {"model": "RN50-quickgelu", "pretrained": "openai"}})
    line = message(monkeypatch, project, main, "mine")
    assert line.startswith("cannot get rivals.mine, RN50-quickgelu openai (") and "no route to host" in line
    assert line.endswith("); connect to the network for this one stage, or run where its download is cached")


@pytest.mark.parametrize("name", [*UNSAFE, "siglip"])
def test_a_rival_that_is_not_there(project, monkeypatch, name):
    line = "name one of params.yaml's rivals (tiny): python -m stages.rival NAME"
    assert message(monkeypatch, project, main, name) == line


@pytest.mark.parametrize("name", [*UNSAFE[:3], "base"])
def test_a_rival_of_a_name_that_would_leave_its_folder_or_overwrite_base(project, monkeypatch, name):
    write(project, {name: OWN})
    assert message(monkeypatch, project, main, name).startswith(f"params.yaml: rivals.{name} has no fit name; it ")


@pytest.mark.parametrize("name", [*UNSAFE, "base"])
def test_a_method_that_is_none(project, monkeypatch, name):
    line = message(monkeypatch, project, train, name)
    assert line.startswith("name one of train.methods, ") and line.endswith(": python -m stages.train METHOD")


@pytest.mark.parametrize("name", UNSAFE)
def test_only_models_of_data_models_are_evaluated(project, monkeypatch, name):
    """Although there is one where ../x leads."""
    run_here(monkeypatch, project, main, "tiny")
    (project / "data/models/tiny").rename(project / "data/x")
    line = f"data/models holds no model and not {name!r}; run `dvc repro` to make it"
    assert message(monkeypatch, project, evaluate, name).startswith(line)


def test_as_a_command(project):
    """Exit status 1 and one line, no traceback."""
    process = start(project, "stages.rival", "../x")
    line = "error: name one of params.yaml's rivals (tiny): python -m stages.rival NAME\n"
    assert (process.communicate()[1], process.returncode) == (line, 1)
