"""Base: trained from scratch on a handful of pictures, or pretrained with its mistakes reported in one line."""

import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
import yaml
from safetensors.torch import load_file

from stages.base.__main__ import about, main
from stages.base.options import BaseOptions
from stages.base.scratch import caption_batches
from stages.common.files.errors import InputError
from tests.common.clip.towers import make_towers
from tests.project import RUN, TINY, jpeg, run_here, write_rows

OPTIONS = {
    "model": "tiny-of-tests",
    "pretrained": "",
    "freeze": "none",
    "epochs": 3,
    "batch_size": 4,
    "lr": 0.001,
    "weight_decay": 0.1,
    "warmup": 2,
}
MODEL = "data/models/base"


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    """TINY as a model that open_clip knows by name."""
    path = tmp_path_factory.mktemp("configs") / "tiny-of-tests.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    open_clip.add_model_config(path)
    return path


def make(folder: Path, workers: int = 0, **changed) -> None:
    """Nine pictures of two captions each, read by so many processes."""
    pictures = [{"image_id": i, "width": 16, "height": 16, "jpeg": jpeg(i)} for i in range(9)]
    captions = [
        {"caption_id": i, "image_id": i // 2, "caption": f"a dog with {i} cats", "split": "train"} for i in range(18)
    ]
    write_rows(folder / "data/captions/images/part-00000.parquet", "images", pictures)
    write_rows(folder / "data/captions/captions/part-00000.parquet", "captions", captions)
    params = {"seed": 0, "run": RUN | {"device": "cpu", "workers": workers}, "base": OPTIONS | changed}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_every_image_once_an_epoch_with_one_of_its_captions():
    """Five images, two a batch: two batches an epoch, the odd image out."""
    captions = [np.array([10 * i, 10 * i + 1]) for i in range(5)]
    batches = list(caption_batches(captions, batch_size=2, epochs=2, seed=0))
    assert len(batches) == 4
    for epoch in (batches[:2], batches[2:]):
        images = np.concatenate([images for images, _ in epoch])
        assert len(set(images)) == 4
        assert (np.concatenate([rows for _, rows in epoch]) // 10 == images).all()


def test_from_scratch_is_the_same_twice_and_open_clip_loads_it(tmp_path, monkeypatch):
    make(tmp_path)
    run_here(monkeypatch, tmp_path, main)
    first = load_file(tmp_path / MODEL / "open_clip_model.safetensors")
    history = (tmp_path / "data/models/base/history.csv").read_text()
    assert history.splitlines()[0] == "step,loss" and history.splitlines()[-1].startswith("6,")
    shutil.rmtree(tmp_path / "data/models")
    run_here(monkeypatch, tmp_path, main)
    second = load_file(tmp_path / MODEL / "open_clip_model.safetensors")
    assert all((first[name] == second[name]).all() for name in first)
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{tmp_path / MODEL}")
    assert all((value == first[name]).all() for name, value in model.state_dict().items())
    assert transform.transforms[0].size == 16


def test_processes_that_read_change_no_weight(tmp_path, monkeypatch):
    found = []
    for workers in (0, 2):
        make(tmp_path, workers=workers)
        run_here(monkeypatch, tmp_path, main)
        found.append((tmp_path / MODEL / "open_clip_model.safetensors").read_bytes())
        shutil.rmtree(tmp_path / "data")
    assert found[0] == found[1]


def test_a_picture_that_captions_name_and_the_table_lacks(tmp_path, monkeypatch):
    make(tmp_path)
    write_rows(
        tmp_path / "data/captions/images/part-00000.parquet",
        "images",
        [{"image_id": i, "width": 16, "height": 16, "jpeg": jpeg(i)} for i in range(8)],
    )
    with pytest.raises(InputError, match="data/captions/images lacks id 8, which a caption names"):
        run_here(monkeypatch, tmp_path, main)


def test_more_tuples_a_batch_than_images(tmp_path, monkeypatch):
    make(tmp_path, batch_size=10)
    with pytest.raises(InputError, match="base.batch_size 10 exceeds the 9 training images"):
        run_here(monkeypatch, tmp_path, main)


def test_a_warm_up_that_would_not_end(tmp_path, monkeypatch):
    """Nine images, four a batch, three epochs: six steps."""
    make(tmp_path, warmup=6)
    with pytest.raises(InputError, match="base.warmup 6 is not below the run's 6 steps"):
        run_here(monkeypatch, tmp_path, main)


def test_a_loss_that_is_not_finite_ends_the_run(tmp_path, monkeypatch):
    """Looked at every ten steps and in the last, here the sixth; no model is left behind."""
    monkeypatch.setattr("stages.base.scratch.symmetric_cross_entropy", lambda images, *_: (images * float("nan")).sum())
    make(tmp_path)
    with pytest.raises(InputError, match="base's loss is nan in step 6; lower base.lr in params.yaml"):
        run_here(monkeypatch, tmp_path, main)
    assert not (tmp_path / MODEL).exists()


@pytest.mark.parametrize(
    ("changed", "description", "licence", "weights"),
    [
        ({}, "A CLIP trained from scratch: where", "mit", "random"),
        ({"pretrained": "openai", "epochs": 0}, "A CLIP of others, as it is: where", "other", "openai"),
        ({"pretrained": "openai"}, "A CLIP of others, trained further: where", "other", "openai"),
        ({"model": "local-dir:towers"}, "A CLIP of others, trained further: where", "other", "those of towers"),
    ],
)
def test_the_card_says_where_base_comes_from(changed, description, licence, weights):
    card = about(BaseOptions(**(OPTIONS | changed)))
    assert card.description.startswith(description) and card.licence == licence
    assert card.details["Weights"] == weights and ("Loss" in card.details) == (changed.get("epochs") != 0)


def test_a_model_of_ones_own_with_weights_from_a_file(tmp_path, monkeypatch, tiny):
    """No captions are read: the folder holds the weights of the file and no history."""
    torch.manual_seed(7)
    state = open_clip.CLIP(**TINY).state_dict()
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "weights.pt")
    make(tmp_path, model=str(tiny), pretrained="weights.pt", epochs=0)
    shutil.rmtree(tmp_path / "data/captions")
    run_here(monkeypatch, tmp_path, main)
    made = load_file(tmp_path / MODEL / "open_clip_model.safetensors")
    assert all((made[name] == value).all() for name, value in state.items())
    assert (tmp_path / MODEL / "history.csv").read_text() == "step,loss\n"


def test_training_goes_on_from_the_weights_given(tmp_path, monkeypatch, tiny):
    """At a rate near 0 they hardly change, where random ones would be others."""
    torch.manual_seed(7)
    state = open_clip.CLIP(**TINY).state_dict()
    torch.save(state, tmp_path / "weights.pt")
    make(tmp_path, model=str(tiny), pretrained="weights.pt", lr=1e-6)
    run_here(monkeypatch, tmp_path, main)
    made = load_file(tmp_path / MODEL / "open_clip_model.safetensors")
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


def test_no_weights_and_no_training_are_refused(tmp_path, monkeypatch):
    make(tmp_path, epochs=0)
    with pytest.raises(InputError, match="with epochs 0 and no pretrained weights it stays random; give either"):
        run_here(monkeypatch, tmp_path, main)
