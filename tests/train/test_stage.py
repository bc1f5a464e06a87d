"""The whole stage on a tiny project: killed and resumed, refused, frozen, interpolated, in processes of its own."""

import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file

from stages.common.clip.embed import WEIGHTS, load_checkpoint
from stages.common.files.errors import InputError
from stages.common.files.tables import write_parts
from stages.features.part import features_table
from stages.train.__main__ import main
from stages.common.training.loop import TIMINGS
from stages.common.training.resume import write_state
from tests.common.clip.towers import make_towers
from tests.project import run_here, start, write_rows
from tests.train.project import make_project, set_options

LONG = {"epochs": 12}  # of 9 steps
RESUME = "data/models/.drive-resume.pt"
LIVE = "data/live/drive"
SPEEDS = {f"{name}.tsv" for name in TIMINGS}


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
    shutil.copytree(unbroken, tmp_path / "copy", ignore=shutil.ignore_patterns("drive"))  # models/drive, live/drive
    return tmp_path / "copy"


def tuned(folder: Path, method: str = "drive") -> dict[str, torch.Tensor]:
    return load_file(folder / "data/models" / method / WEIGHTS)


def live(folder: Path) -> dict[str, str]:
    """DVCLive's tables by name, those that do not tell the time."""
    return {path.name: path.read_text() for path in (folder / LIVE).rglob("*.tsv") if path.name not in SPEEDS}


def same_run(one: Path, other: Path) -> bool:
    files = (f"data/models/drive/{WEIGHTS}", "data/models/drive/history.csv")
    same = all((one / file).read_bytes() == (other / file).read_bytes() for file in files)
    return same and live(one) == live(other)


def test_open_clip_loads_the_model_folder(unbroken):
    model, _, tokenizer = load_checkpoint(unbroken / "data/models/drive")
    assert model.encode_text(tokenizer(["man riding cat"])).shape == (1, 16)
    assert [path.name for path in (unbroken / "data/models").iterdir() if path.name.startswith(".")] == []


def test_history_and_live_files_hold_the_same_numbers(unbroken):
    """108 steps, a row each 10; validation after each fifth, rounded up to a row, of 2 tuples a set."""
    history = pd.read_csv(unbroken / "data/models/drive/history.csv")
    assert history["step"].tolist() == [*range(10, 101, 10), 108]
    validated = ["val_i2t_dynamic", "val_t2i_dynamic", "val_i2t_random", "val_t2i_random"]
    validated += ["val_i2t_swapped", "val_t2i_swapped"]
    assert list(history) == ["step", "loss", "tuple_accuracy", "gradient_norm", "lr", *validated]
    checked = history.dropna()
    assert checked["step"].tolist() == [30, 50, 70, 90, 108]
    assert set(checked[validated].to_numpy().ravel()) <= {0.0, 0.5, 1.0}
    for name in history.columns.drop("step"):
        table = pd.read_csv(unbroken / LIVE / f"plots/metrics/{name}.tsv", sep="\t")
        expected = history[["step", name]].dropna().reset_index(drop=True)
        pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    assert {path.name for path in (unbroken / LIVE / "plots/metrics").iterdir()} >= SPEEDS
    assert history["lr"].iloc[-1] == 0


def test_killed_and_run_again_ends_with_the_same_weights(unbroken, project, monkeypatch, capsys):
    process = start(project, "stages.train", "drive")
    while not (project / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert (project / RESUME).is_file() and not (project / "data/models/drive").exists()
    run_here(monkeypatch, project, main, "drive")
    assert "starting from base" not in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_adapters_are_resumed_and_merged(project, monkeypatch):
    """Killed at a state with adapters; open_clip loads what comes out, in which biases are base's."""
    set_options(project, **LONG, adapters=2)
    run_here(monkeypatch, project, main, "drive")
    whole = tuned(project)
    shutil.rmtree(project / "data/models/drive")
    process = start(project, "stages.train", "drive")
    while not (project / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert (project / RESUME).is_file()
    run_here(monkeypatch, project, main, "drive")
    again, base = tuned(project), tuned(project, "base")
    assert whole.keys() == base.keys() and all(value.equal(again[name]) for name, value in whole.items())
    changed = {name for name, value in whole.items() if not value.equal(base[name])}
    assert "visual.transformer.resblocks.0.attn.in_proj_weight" in changed
    assert not any(name.endswith("bias") for name in changed) and "text_projection" not in changed


def test_adapters_checkpointing_and_two_processes_go_together(project):
    """On a CPU with bf16 attention is made again by the kernel that made it, in the first look at the gradients too."""
    set_options(project, adapters=2, processes=2, grad_checkpointing=True)
    assert start(project, "stages.train", "drive").wait() == 0
    assert tuned(project).keys() == tuned(project, "base").keys()


def test_a_checkpoint_of_another_run_is_not_reused(unbroken, project, monkeypatch, capsys):
    write_state(project / RESUME, "key of another run", {"step": 10})
    run_here(monkeypatch, project, main, "drive")
    assert "drive-resume.pt is of other parameters, inputs or code" in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_a_damaged_checkpoint_is_put_aside(unbroken, project, monkeypatch, capsys):
    (project / RESUME).write_bytes(b"half a file")
    run_here(monkeypatch, project, main, "drive")
    assert ".drive-resume.pt is damaged: put aside as .drive-resume.pt.damaged" in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_processes_that_decode_change_nothing(unbroken, project, monkeypatch):
    set_options(project, **LONG, workers=2)
    run_here(monkeypatch, project, main, "drive")
    assert same_run(project, unbroken)
    assert [path.name for path in (project / "data/models").iterdir() if path.name.startswith(".")] == []


def test_activations_that_are_made_again_change_nothing(unbroken, project, monkeypatch):
    set_options(project, **LONG, grad_checkpointing=True)
    run_here(monkeypatch, project, main, "drive")
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
    features = features_table(pa.chunked_array([range(100, 140)], pa.int64()), embeddings)
    write_parts(project / "data/features/images", [features], features.schema)
    (project / "data/captions/images/part-00000.parquet").unlink()
    set_options(project, freeze="image", epochs=2)
    run_here(monkeypatch, project, main, "drive")
    base, after = tuned(project, "base"), tuned(project)
    assert all(torch.equal(after[name], base[name]) for name in base if name.startswith("visual."))
    assert not torch.equal(after["text_projection"], base["text_projection"])


def test_frozen_backbones_leave_the_projections(project, monkeypatch):
    shutil.rmtree(project / "data/models/base")
    make_towers(project / "data/models/base")
    set_options(project, freeze="backbones", epochs=1)
    run_here(monkeypatch, project, main, "drive")
    base, after = tuned(project, "base"), tuned(project)
    changed = {name for name in base if not torch.equal(after[name], base[name])}
    assert changed == {"logit_scale", "visual.head.proj.weight", "text.proj.weight"}


def test_a_killed_process_ends_all_and_the_next_run_goes_on(unbroken, project, monkeypatch):
    """Two processes, which the stage starts itself: once the first has saved a state, the second is killed. One
    line; then two again go on from there, and end about where one ended: bf16 rounds otherwise in smaller batches
    (test_parallel.py compares without)."""
    set_options(project, **LONG, processes=2)
    process = start(project, "stages.train", "drive")
    while not (project / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    ranks = [child for child in psutil.Process(process.pid).children() if "RANK" in child.environ()]
    next(child for child in ranks if child.environ()["RANK"] == "1").kill()
    _, errors = process.communicate(timeout=60)
    last = errors.rpartition("\r")[2].splitlines()  # behind the progress
    line = "error: process 1 of the training ended by SIGKILL; run the same command again: it goes on from the last"
    assert process.returncode == 1 and last[-1] == f"{line} checkpoint" and "Traceback" not in errors
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in ranks)
    assert not (project / "data/models/drive").exists()
    process = start(project, "stages.train", "drive")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "starting from base" not in errors and " 0/108" not in errors
    histories = [pd.read_csv(folder / "data/models/drive/history.csv") for folder in (unbroken, project)]
    assert histories[0][["step", "lr"]].equals(histories[1][["step", "lr"]])
    base, one, two = tuned(project, "base"), tuned(unbroken), tuned(project)
    distance = sum((one[name] - two[name]).square().sum() for name in one) ** 0.5
    assert distance < 0.4 * sum((one[name] - base[name]).square().sum() for name in one) ** 0.5


def test_captions_that_lack_an_anchors_are_named(project, monkeypatch):
    rows = [{"caption_id": 900, "image_id": 100, "caption": "a dog", "split": "train"}]
    write_rows(project / "data/captions/captions/part-00000.parquet", "captions", rows)
    with pytest.raises(InputError, match="data/captions/captions lacks id 0, which a tuple names"):
        run_here(monkeypatch, project, main, "ours")


def test_an_unknown_method_names_those_there_are(monkeypatch, tmp_path):
    set_options(tmp_path)
    with pytest.raises(InputError, match="clip, drive, negclip, ours"):
        run_here(monkeypatch, tmp_path, main, "croco")


def test_more_tuples_than_memory_holds_are_refused_before_base_is_loaded(project, monkeypatch):
    """12 tuples of each of three sets, 4 epochs: 144 are drawn."""
    shutil.rmtree(project / "data/models/base")
    monkeypatch.setattr("stages.train.__main__.MOST", 143)
    set_options(project)
    with pytest.raises(InputError, match=r"and train.batch_size draw 1.4e\+02 tuples, 1e\+02 at most; lower them"):
        run_here(monkeypatch, project, main, "drive")


def test_a_folder_of_another_kind_is_not_overwritten(project, monkeypatch):
    """A model without a history was not trained here."""
    set_options(project)
    shutil.copytree(project / "data/models/base", project / "data/models/drive")
    (project / "data/models/drive/history.csv").unlink(missing_ok=True)
    with pytest.raises(InputError, match="drive is no model that was trained here, but maybe a rival of that name"):
        run_here(monkeypatch, project, main, "drive")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"warmup": 36}, "train.warmup 36 is not below the run's 36 steps"),
        ({"sets": {"stative": 1.0}}, "train.sets weighs none of dynamic, random, swapped"),
        ({"accumulate": 3}, "batch_size 4 is not divisible by run.processes 1 x train.accumulate 3 = 3; 6 is"),
    ],
)
def test_what_hangs_on_the_length_of_the_run_is_reported_before_base_is_loaded(project, monkeypatch, changed, message):
    shutil.rmtree(project / "data/models/base")
    set_options(project, **changed)
    with pytest.raises(InputError, match=message):
        run_here(monkeypatch, project, main, "drive")
