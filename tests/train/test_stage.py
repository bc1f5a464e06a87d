"""The whole stage on a tiny project: killed and resumed, refused, frozen, interpolated, in processes of its own."""

import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file

from stages.common.clip.checkpoint import WEIGHTS, load_checkpoint
from stages.common.files.errors import InputError
from stages.common.files.tables import features_schema, write_parts
from stages.common.training.job import write_state
from stages.train.__main__ import main
from tests.common.clip.towers import make_towers
from tests.project import run_here, start
from tests.train.project import METHODS, make_project, set_options

LONG = {"epochs": 12}  # of 9 steps
RESUME = "data/models/.drive-resume.pt"
LIVE = "data/live/drive"
SPEEDS = {"data_seconds.tsv", "tuples_per_second.tsv"}


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
    """DVCLive's tables by name, but the timings."""
    return {path.name: path.read_text() for path in (folder / LIVE).rglob("*.tsv") if path.name not in SPEEDS}


def same_run(one: Path, other: Path) -> bool:
    files = (f"data/models/drive/{WEIGHTS}", "data/models/drive/history.csv")
    same = all((one / file).read_bytes() == (other / file).read_bytes() for file in files)
    return same and live(one) == live(other)


def start_until_saved(folder: Path) -> subprocess.Popen:
    """python -m stages.train drive in a process of its own, which has saved a state and still trains."""
    process = start(folder, "stages.train", "drive")
    while not (folder / RESUME).is_file() and process.poll() is None:
        time.sleep(0.001)
    return process


def kill(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()


def test_open_clip_loads_the_model_folder(unbroken):
    clip = load_checkpoint(unbroken / "data/models/drive")
    assert clip.model.encode_text(clip.tokenizer(["man riding cat"])).shape == (1, 16)
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
    kill(start_until_saved(project))
    assert (project / RESUME).is_file() and not (project / "data/models/drive").exists()
    run_here(monkeypatch, project, main, "drive")
    assert "training starts anew" not in capsys.readouterr().err
    assert same_run(project, unbroken)


def test_adapters_are_resumed_and_merged(project, monkeypatch):
    """Killed at a state with adapters; open_clip loads what comes out, in which biases are base's."""
    set_options(project, **LONG, adapters=2)
    run_here(monkeypatch, project, main, "drive")
    whole = tuned(project)
    shutil.rmtree(project / "data/models/drive")
    kill(start_until_saved(project))
    assert (project / RESUME).is_file()
    run_here(monkeypatch, project, main, "drive")
    again, base = tuned(project), tuned(project, "base")
    assert whole.keys() == base.keys() and all(value.equal(again[name]) for name, value in whole.items())
    changed = {name for name, value in whole.items() if not value.equal(base[name])}
    assert "visual.transformer.resblocks.0.attn.in_proj_weight" in changed
    assert not any(name.endswith("bias") for name in changed) and "text_projection" not in changed


def test_adapters_checkpointing_and_two_processes_go_together(project):
    """On a CPU with bf16 attention is recomputed by the same kernel, in the first look at the gradients too."""
    set_options(project, adapters=2, processes=2, grad_checkpointing=True)
    assert start(project, "stages.train", "drive").wait() == 0
    assert tuned(project).keys() == tuned(project, "base").keys()


@pytest.mark.parametrize("damaged", [False, True])
def test_a_state_of_another_run_or_a_damaged_one_is_not_used(unbroken, project, monkeypatch, capsys, damaged):
    write_state(project / RESUME, "key of another run", {"step": 10})
    if damaged:
        (project / RESUME).write_bytes(b"half a file")
    run_here(monkeypatch, project, main, "drive")
    line = "is damaged; renamed to .drive-resume.pt.damaged" if damaged else "is of other parameters, inputs or code"
    assert f".drive-resume.pt {line}" in capsys.readouterr().err
    assert same_run(project, unbroken)


@pytest.mark.parametrize("run", [{"workers": 2}, {"grad_checkpointing": True}])
def test_decoding_processes_and_recomputed_activations_change_nothing(unbroken, project, monkeypatch, run):
    set_options(project, **LONG, **run)
    run_here(monkeypatch, project, main, "drive")
    assert same_run(project, unbroken)
    assert [path.name for path in (project / "data/models").iterdir() if path.name.startswith(".")] == []


def test_interpolated_weights_are_between_base_and_tuned(unbroken, project, monkeypatch):
    set_options(project, **LONG, alpha=0.25)
    run_here(monkeypatch, project, main, "drive")
    base, whole = tuned(project, "base"), tuned(unbroken)
    for name, value in tuned(project).items():
        torch.testing.assert_close(value, 0.75 * base[name] + 0.25 * whole[name], atol=1e-6, rtol=1e-5)


def test_two_methods_of_one_loss_with_rates_of_their_own(unbroken, project, monkeypatch):
    """`drive` ends as it does alone; `slow`, at a hundredth of its rate, hardly leaves base."""
    named = METHODS | {"slow": METHODS["drive"] | {"lr": 0.00003}}
    set_options(project, **LONG, methods=named)
    for method in ("drive", "slow"):
        run_here(monkeypatch, project, main, method)
    base, drive, slow = (tuned(project, method) for method in ("base", "drive", "slow"))
    assert same_run(project, unbroken)
    moved = [sum((one[name] - base[name]).square().sum() for name in base) ** 0.5 for one in (drive, slow)]
    assert 0 < moved[1] < 0.1 * moved[0]
    rates = [pd.read_csv(project / f"data/models/{method}/history.csv")["lr"] for method in ("drive", "slow")]
    assert np.allclose(rates[0], 100 * rates[1])


def test_a_frozen_image_tower_reads_features_and_no_image(project, monkeypatch):
    embeddings = np.random.default_rng(0).normal(size=(40, 16))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    rows = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.astype(np.float16).ravel()), 16)
    features = pa.table([pa.array(range(100, 140), pa.int64()), rows], schema=features_schema(16))
    write_parts(project / "data/features/base", [features], features.schema)
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


def test_a_killed_process_ends_all_and_the_next_run_resumes(project, tmp_path):
    """Two processes, which the stage starts itself: once the first has saved a state, the second is killed. One
    line; then two again resume from there, and end with the weights of two that were not killed."""
    set_options(project, **LONG, processes=2)
    whole = shutil.copytree(project, tmp_path / "whole")
    process = start_until_saved(project)
    ranks = [child for child in psutil.Process(process.pid).children() if "RANK" in child.environ()]
    next(child for child in ranks if child.environ()["RANK"] == "1").kill()
    _, errors = process.communicate(timeout=60)
    last = errors.rpartition("\r")[2].splitlines()  # behind the progress
    line = "error: process 1 of the training ended by SIGKILL; run the same command again: it resumes from the last"
    assert process.returncode == 1 and last[-1] == f"{line} checkpoint" and "Traceback" not in errors
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in ranks)
    assert not (project / "data/models/drive").exists()
    for folder in (project, whole):
        process = start(folder, "stages.train", "drive")
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        assert "training starts anew" not in errors and (" 0/108" in errors) == (folder == whole)
    assert same_run(project, whole)


def test_an_unknown_method_names_those_there_are(monkeypatch, tmp_path):
    set_options(tmp_path)
    line = "'croco' is not one of the train.methods of params.yaml: clip, drive, negclip, ours; name one"
    with pytest.raises(InputError, match=line):
        run_here(monkeypatch, tmp_path, main, "croco")


def test_more_tuples_than_memory_holds_are_refused_before_base_is_loaded(project, monkeypatch):
    """12 tuples of each of three sets, 4 epochs: 144 are drawn."""
    shutil.rmtree(project / "data/models/base")
    monkeypatch.setattr("stages.train.examples.MAX_TUPLES", 143)
    set_options(project)
    with pytest.raises(InputError, match=r"and train.batch_size draw 1.4e\+02 tuples, 1e\+02 at most; lower them"):
        run_here(monkeypatch, project, main, "drive")


def test_a_folder_of_another_kind_is_not_overwritten(project, monkeypatch):
    """A model without a history was not trained here."""
    set_options(project)
    shutil.copytree(project / "data/models/base", project / "data/models/drive")
    (project / "data/models/drive/history.csv").unlink(missing_ok=True)
    with pytest.raises(InputError, match="drive was not trained here; it may be a rival of that name: delete it first"):
        run_here(monkeypatch, project, main, "drive")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"warmup": 36}, "train.warmup 36 is not below the run's 36 steps"),
        ({"sets": {"stative": 1.0}}, "train.sets weighs none of dynamic, random, swapped"),
        ({"accumulate": 3}, "batch_size 4 is not divisible by run.processes 1 x train.accumulate 3 = 3; 6 is"),
    ],
)
def test_a_run_of_the_wrong_length_is_reported_before_base_is_loaded(project, monkeypatch, changed, message):
    shutil.rmtree(project / "data/models/base")
    set_options(project, **changed)
    with pytest.raises(InputError, match=message):
        run_here(monkeypatch, project, main, "drive")
