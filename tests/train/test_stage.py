"""The whole stage on a tiny project: killed and resumed, refused, frozen, interpolated, in two processes."""

import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file

from stages.common.clip import load_checkpoint
from stages.common.errors import InputError
from stages.features.__main__ import write_features
from stages.train.__main__ import main
from stages.train.resume import write_state
from tests.train.project import make_project, run_here, set_options, start, write_rows

LONG = {"epochs": 12}  # of 9 steps
WEIGHTS = "checkpoint/open_clip_model.safetensors"
RESUME = "data/train/.drive-resume.pt"


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory) -> Path:
    """A project after an unbroken run of drive, K = 3."""
    folder = tmp_path_factory.mktemp("unbroken")
    make_project(folder, negatives=3, **LONG)
    with pytest.MonkeyPatch.context() as patch:
        run_here(patch, folder, main, "drive")
    return folder


@pytest.fixture
def project(unbroken, tmp_path) -> Path:
    """The same project before the run."""
    shutil.copytree(unbroken, tmp_path / "copy", ignore=shutil.ignore_patterns("drive"))
    return tmp_path / "copy"


def tuned(folder: Path, method: str = "drive") -> dict[str, torch.Tensor]:
    return load_file(folder / "data/train" / method / WEIGHTS)


def same_run(one: Path, other: Path) -> bool:
    files = (f"data/train/drive/{WEIGHTS}", "data/train/drive/history.csv")
    return all((one / file).read_bytes() == (other / file).read_bytes() for file in files)


def test_open_clip_loads_the_checkpoint(unbroken):
    model, _, tokenizer = load_checkpoint(unbroken / "data/train/drive/checkpoint")
    assert model.encode_text(tokenizer(["man riding cat"])).shape == (1, 16)
    assert not (unbroken / RESUME).exists()


def test_killed_and_run_again_ends_with_the_same_weights(unbroken, project, monkeypatch, capsys):
    process = start(project, "stages.train", "drive")
    while not (project / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert (project / RESUME).is_file() and not (project / "data/train/drive").exists()
    run_here(monkeypatch, project, main, "drive")
    assert "starting from base" not in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_a_checkpoint_of_another_run_is_not_reused(unbroken, project, monkeypatch, capsys):
    write_state(project / RESUME, "key of another run", {"step": 10})
    run_here(monkeypatch, project, main, "drive")
    assert "drive-resume.pt is of other parameters or inputs" in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_interpolation_stands_between_base_and_tuned(unbroken, project, monkeypatch):
    set_options(project, **LONG, alpha=0.25)
    run_here(monkeypatch, project, main, "drive")
    base, whole = tuned(project, "base"), tuned(unbroken)
    for name, value in tuned(project).items():
        torch.testing.assert_close(value, 0.75 * base[name] + 0.25 * whole[name], atol=1e-6, rtol=1e-5)


def test_a_frozen_image_tower_reads_features_and_no_image(project, monkeypatch):
    embeddings = np.random.default_rng(0).normal(size=(40, 16))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    write_features(project / "data/features/images.parquet", pa.array(range(100, 140), pa.int64()), embeddings)
    (project / "data/captions/images.parquet").unlink()
    set_options(project, freeze="image", epochs=2)
    run_here(monkeypatch, project, main, "drive")
    base, after = tuned(project, "base"), tuned(project)
    assert all(torch.equal(after[name], base[name]) for name in base if name.startswith("visual."))
    assert not torch.equal(after["text_projection"], base["text_projection"])


def test_two_processes_train_like_one_with_the_whole_batch(project, tmp_path, monkeypatch):
    """Four steps over eight tuples by one process, and over twice four by two, of unequal numbers of images.

    In single precision, as bf16 rounds otherwise in batches of another size.
    """
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    double = tmp_path / "double"
    shutil.copytree(project, double)
    short = {"epochs": 1, "sets": {"swapped": 1.0, "dynamic": 1.0}, "warmup": 1, "lr": 0.001}
    set_options(project, **short, batch_size=8)
    set_options(double, **short, batch_size=4)
    train = "-m", "tests.train.single_precision", "ours"
    process = start(double, "torch.distributed.run", "--nproc-per-node", "2", *train)
    run_here(monkeypatch, project, main, "ours")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    histories = [pd.read_csv(folder / "data/train/ours/history.csv") for folder in (project, double)]
    pd.testing.assert_frame_equal(*histories, rtol=1e-5)
    one, two = tuned(project, "ours"), tuned(double, "ours")
    for name in one:
        a, b = one[name], two[name]
        if name.endswith("in_proj_bias"):  # a key's bias has gradient 0: AdamW makes steps of its rounding
            a, b = (torch.cat(value.chunk(3)[::2]) for value in (a, b))
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_captions_that_lack_an_anchors_are_named(project, monkeypatch):
    rows = [{"caption_id": 900, "image_id": 100, "caption": "a dog", "split": "train"}]
    write_rows(project / "data/captions/captions.parquet", "captions", rows)
    with pytest.raises(InputError, match="data/captions/captions.parquet lacks id 0, which a tuple names"):
        run_here(monkeypatch, project, main, "ours")


def test_an_unknown_method_names_those_there_are(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="clip, negclip, drive, ours"):
        run_here(monkeypatch, tmp_path, main, "croco")
