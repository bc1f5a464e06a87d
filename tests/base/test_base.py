"""Base: trained from scratch on a handful of pictures, or pretrained with its mistakes reported in one line."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
import yaml
from safetensors.torch import load_file

from stages.base.__main__ import main
from stages.base.examples import all_batches
from stages.base.options import BaseOptions
from stages.common.files.errors import InputError
from tests.common.clip.towers import make_towers
from tests.project import RUN, TINY, jpeg, run_here, start, write_rows

OPTIONS = {
    "model": "tiny-of-tests",
    "pretrained": "",
    "files": "none.json",
    "freeze": "none",
    "epochs": 3,
    "batch_size": 4,
    "lr": 0.001,
    "weight_decay": 0.1,
    "warmup": 2,
}
MODEL, RESUME = "data/models/base", "data/models/.base-resume.pt"
WEIGHTS = f"{MODEL}/open_clip_model.safetensors"


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """TINY as a model that open_clip knows by name."""
    path = tmp_path_factory.mktemp("configs") / "tiny-of-tests.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    open_clip.add_model_config(path)
    return path


def make(folder: Path, pictures: int = 9, workers: int = 0, **changed) -> None:
    """Two captions for each of nine pictures, of which the table of images holds the first `pictures`."""
    captions = [
        {"caption_id": i, "image_id": i // 2, "caption": f"a dog with {i} cats", "split": "train"} for i in range(18)
    ]
    jpegs = [{"image_id": i, "jpeg": jpeg(i)} for i in range(pictures)]
    write_rows(folder / "data/captions/images/part-00000.parquet", "images", jpegs)
    write_rows(folder / "data/captions/captions/part-00000.parquet", "captions", captions)
    params = {"seed": 0, "run": RUN | {"device": "cpu", "workers": workers}, "base": OPTIONS | changed}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (folder / "none.json").write_text("{}")


def test_every_image_once_an_epoch_with_one_of_its_captions():
    """Five images, two a batch: two batches an epoch, the odd image out. Image i has the captions 10 i and 10 i + 1."""
    captions = [np.array([10 * i, 10 * i + 1]) for i in range(5)]
    batches = all_batches(captions, BaseOptions(**OPTIONS | {"batch_size": 2, "epochs": 2}), seed=0)
    assert [len(rows) for rows in batches] == [2] * 4
    epochs = [np.concatenate(batches[:2]), np.concatenate(batches[2:])]
    assert all(len(set(rows // 10)) == 4 and set(rows % 10) <= {0, 1} for rows in epochs)
    assert epochs[0].tolist() != epochs[1].tolist()


def test_from_scratch_is_the_same_twice_and_open_clip_loads_it(tmp_path, monkeypatch):
    make(tmp_path)
    run_here(monkeypatch, tmp_path, main)
    first = load_file(tmp_path / WEIGHTS)
    history = (tmp_path / "data/models/base/history.csv").read_text()
    assert history.splitlines()[0] == "step,loss,gradient_norm,lr" and history.splitlines()[-1].startswith("6,")
    shutil.rmtree(tmp_path / "data/models")
    run_here(monkeypatch, tmp_path, main)
    second = load_file(tmp_path / WEIGHTS)
    assert all((first[name] == second[name]).all() for name in first)
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{tmp_path / MODEL}")
    assert all((value == first[name]).all() for name, value in model.state_dict().items())
    assert transform.transforms[0].size == 16


def test_processes_that_read_change_no_weight(tmp_path, monkeypatch):
    found = []
    for workers in (0, 2):
        make(tmp_path, workers=workers)
        run_here(monkeypatch, tmp_path, main)
        found.append((tmp_path / WEIGHTS).read_bytes())
        shutil.rmtree(tmp_path / "data")
    assert found[0] == found[1]


def test_killed_and_run_again_ends_with_the_same_weights(tmp_path, monkeypatch, capsys):
    """A state is saved every five of 100 steps; the run is killed at the first, and resumes from there."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        (folder / "tiny.json").write_text(json.dumps(TINY))
        make(folder, model="tiny.json", epochs=50)
    run_here(monkeypatch, whole, main)
    process = start(killed, "stages.base")
    while not (killed / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert (killed / RESUME).is_file() and not (killed / MODEL).exists()
    capsys.readouterr()
    run_here(monkeypatch, killed, main)
    errors = capsys.readouterr().err
    assert "training starts anew" not in errors and " 0/100" not in errors
    for name in (WEIGHTS, f"{MODEL}/history.csv"):
        assert (whole / name).read_bytes() == (killed / name).read_bytes()
    assert not (killed / RESUME).exists() and (killed / "data/live/base").is_dir()


def test_a_picture_that_captions_name_and_the_table_lacks(tmp_path, monkeypatch):
    make(tmp_path, pictures=8)
    with pytest.raises(InputError, match="data/captions/images lacks .*8.*, which another table names"):
        run_here(monkeypatch, tmp_path, main)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"batch_size": 10}, "base.batch_size 10 exceeds the 9 training images; lower it"),
        ({"warmup": 6}, "base.warmup 6 is not below the run's 6 steps; lower it"),  # nine images, four a batch
        ({"epochs": 0}, "with epochs 0 and no pretrained weights the model stays random; give either"),
    ],
)
def test_parameters_that_do_not_fit(tmp_path, monkeypatch, changed, line):
    make(tmp_path, **changed)
    with pytest.raises(InputError, match=f"params.yaml: {'base: ' * ('epochs' in changed)}{line}"):
        run_here(monkeypatch, tmp_path, main)


def test_a_loss_that_is_not_finite_ends_the_run(tmp_path, monkeypatch):
    """Read every five steps and in the last, here first after the fifth; no model is left behind."""
    monkeypatch.setattr("stages.base.__main__.caption_loss", lambda batch, scale: (batch.images * float("nan")).sum())
    make(tmp_path)
    with pytest.raises(InputError, match="the loss is nan in step 1; lower base.lr"):
        run_here(monkeypatch, tmp_path, main)
    assert not (tmp_path / MODEL).exists()


def test_a_model_of_ones_own_with_weights_from_a_file(tmp_path, monkeypatch, tiny):
    """No captions are read: the folder holds the weights of the file and no history."""
    torch.manual_seed(7)
    state = open_clip.CLIP(**TINY).state_dict()
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "weights.pt")
    make(tmp_path, model=str(tiny), pretrained="weights.pt", epochs=0)
    shutil.rmtree(tmp_path / "data/captions")
    run_here(monkeypatch, tmp_path, main)
    made = load_file(tmp_path / WEIGHTS)
    assert all((made[name] == value).all() for name, value in state.items())
    assert (tmp_path / MODEL / "history.csv").read_text() == "step,loss\n"


def test_training_starts_from_the_weights_given(tmp_path, monkeypatch, tiny):
    """At a rate near 0 they hardly change; random ones would be others."""
    torch.manual_seed(7)
    state = open_clip.CLIP(**TINY).state_dict()
    torch.save(state, tmp_path / "weights.pt")
    make(tmp_path, model=str(tiny), pretrained="weights.pt", lr=1e-6)
    run_here(monkeypatch, tmp_path, main)
    made = load_file(tmp_path / WEIGHTS)
    assert all(torch.allclose(made[name], value, atol=1e-4) for name, value in state.items())
    assert any(not made[name].equal(value) for name, value in state.items())
    assert (tmp_path / MODEL / "history.csv").read_text().splitlines()[-1].startswith("6,")


def test_backbones_stay_and_projections_train(tmp_path, monkeypatch):
    make(tmp_path, model=make_towers(tmp_path / "towers"), freeze="backbones")
    run_here(monkeypatch, tmp_path, main)
    before, after = (load_file(tmp_path / name / "open_clip_model.safetensors") for name in ("towers", MODEL))
    changed = {name for name in before if not before[name].equal(after[name])}
    assert changed == {"logit_scale", "visual.head.proj.weight", "text.proj.weight"}
    open_clip.create_model(f"local-dir:{tmp_path / MODEL}")
