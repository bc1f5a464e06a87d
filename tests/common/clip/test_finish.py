"""What makes a folder of weights a model to ask: statements, calibration, model card; open_clip loads it."""

import json
import shutil

import numpy as np
import open_clip
import pandas as pd
import pytest
import yaml

from stages.common.clip.embed import load_checkpoint
from stages.common.clip.finish import CALIBRATION, STATEMENTS, About, card, finish, licence_of, read_calibration, share
from stages.common.language.statements import training_statements
from tests.evaluate.project import make_model
from tests.infer.project import make_project

ABOUT = About("mine", "A CLIP of mine.", "mit", {"Method": "drive", "Parameters": {"lr": 0.1}})


def header(text: str) -> dict:
    return yaml.safe_load(text.split("---")[1])


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_project(tmp_path)
    return tmp_path


def test_the_folder_has_all_that_is_asked_for_and_open_clip_loads_it(project):
    folder = project / "data/models/ours"
    found = json.loads((folder / CALIBRATION).read_text())
    assert 1e-4 < found["temperature"] < 10 and found["pictures"] == 4  # those of split val
    assert set(pd.read_parquet(folder / STATEMENTS)["text"]) == set(
        training_statements(pd.read_parquet("data/triples/triples"))["text"]
    )
    moved = shutil.copytree(folder, project / "elsewhere/ours")
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{moved}")
    assert model.encode_text(open_clip.get_tokenizer(f"local-dir:{moved}")(["a"])).shape == (1, 8)
    config = json.loads((moved / "open_clip_config.json").read_text())
    assert {"model_cfg", "preprocess_cfg"} <= config.keys() and {"mean", "std"} <= config["preprocess_cfg"].keys()
    assert (moved / "open_clip_model.safetensors").is_file()  # the three files of a hub's layout, the card the fourth


def test_the_card_has_the_header_that_hubs_read(project):
    text = (project / "data/models/ours/README.md").read_text()
    found = header(text)
    assert found["library_name"] == "open_clip" and found["license"] == "mit" and "clip" in found["tags"]
    assert "of 4 pictures (Wilson's 95% interval)" in text and "softmax(cosine / temperature)" in text
    assert "arXiv:2503.13021" in text and licence_of(project / "data/models/ours") == "mit"


def test_a_card_of_a_model_that_is_not_calibrated_says_so():
    text = card(ABOUT, {})
    assert "not fitted" in text and "**Method:** drive" in text and "lr: 0.1" in text


def test_accuracies_of_the_card_have_intervals():
    text = card(ABOUT, {"temperature": 0.03, "statements": 1200, "pictures": 50, "relation@1": [50.0, 36.6, 63.4]})
    assert "the most probable of 1,200 statements is said of 50.0% [36.6, 63.4] of 50 pictures" in text
    assert share(np.array([1, 0] * 25)) == [50.0, 36.6, 63.4]


def test_before_the_triples_are_made_there_is_a_card_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    make_model(tmp_path / "mine", 0)
    finish(tmp_path / "mine", load_checkpoint(tmp_path / "mine"), ABOUT)
    assert capsys.readouterr().err.endswith("mine is not calibrated: no triples of split val\n")
    assert read_calibration(tmp_path / "mine") is None and not (tmp_path / "mine" / STATEMENTS).exists()
    assert header((tmp_path / "mine/README.md").read_text())["license"] == "mit"


def test_the_same_twice(project):
    folder = project / "data/models/ours"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    finish(folder, load_checkpoint(folder), About("ours", "A random CLIP.", "mit", {"Method": "none"}))
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
