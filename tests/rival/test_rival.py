"""A rival is any CLIP of open_clip's as it is, here one of a few layers from a weights file."""

import json
import sys

import open_clip
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from stages.common.errors import InputError
from stages.rival.__main__ import main
from tests.train.project import TINY


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny-rival.json").write_text(json.dumps(TINY), encoding="utf-8")
    torch.manual_seed(5)
    save_file(open_clip.CLIP(**TINY).state_dict(), tmp_path / "weights.safetensors")
    rivals = {"tiny": {"model": "tiny-rival.json", "pretrained": "weights.safetensors"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"rivals": rivals}), encoding="utf-8")
    return tmp_path


def test_the_folder_is_what_open_clip_loads(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stages.rival", "tiny"])
    main()
    model = open_clip.create_model("local-dir:data/models/tiny")
    state = load_file("weights.safetensors")
    assert all((model.state_dict()[name] == value).all() for name, value in state.items())


def test_a_rival_that_is_not_there(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stages.rival", "siglip"])
    with pytest.raises(InputError, match=r"name one of params.yaml's rivals \(tiny\): python -m stages.rival NAME"):
        main()
