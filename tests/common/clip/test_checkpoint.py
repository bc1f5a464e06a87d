"""A model's folder is whole, or reported in one line."""

import json
import os

import pytest
import torch
from safetensors.torch import load_file, save_file

from stages.common.clip.checkpoint import CONFIG, WEIGHTS, load_checkpoint, save_checkpoint
from stages.common.files.errors import InputError
from tests.project import tiny_model


@pytest.fixture
def folder(tmp_path):
    save_checkpoint(tmp_path / "base", *tiny_model())
    return tmp_path / "base"


def weights(change):
    """A change of the tensors of a folder."""

    def apply(folder):
        state = load_file(folder / WEIGHTS)
        change(state)
        save_file(state, folder / WEIGHTS)

    return apply


def config(change):
    """A change of the configuration of a folder."""

    def apply(folder):
        content = json.loads((folder / CONFIG).read_text())
        change(content)
        (folder / CONFIG).write_text(json.dumps(content))

    return apply


def nan(state):
    state["text_projection"][0, 0] = torch.nan


def zeros(state):
    state.update({name: torch.zeros_like(value) for name, value in state.items() if not name.startswith("visual.")})


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (weights(nan), f"{WEIGHTS}: tensor text_projection has a number that is not finite"),
        (weights(zeros), f"{WEIGHTS}: two texts have one embedding, as with weights of zeros"),
        (weights(lambda state: state.pop("visual.proj")), "open_clip cannot load "),
        (
            weights(lambda s: s.update(logit_scale=s["logit_scale"].double())),
            "logit_scale is torch.float64, not torch.float32",
        ),
        (
            weights(lambda s: s.update({"visual.proj": s["visual.proj"].half()})),
            "visual.proj is torch.float16, not torch.float32",
        ),
        (lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-9]), f"{WEIGHTS} is damaged"),
        (lambda folder: (folder / WEIGHTS).write_bytes(b""), f"{WEIGHTS} is damaged"),
        (lambda folder: (folder / WEIGHTS).unlink(), f"{WEIGHTS} is missing"),
        (lambda folder: (folder / CONFIG).unlink(), f"{CONFIG} is missing"),
        (lambda folder: (folder / CONFIG).write_text("{"), f"{CONFIG}: Invalid JSON"),
        (config(lambda c: c.pop("preprocess_cfg")), f"{CONFIG}: ['preprocess_cfg']: Field required"),
        (config(lambda c: c["preprocess_cfg"].pop("mean")), f"{CONFIG}: ['preprocess_cfg']['mean']: Field required"),
        (
            config(lambda c: c["model_cfg"]["vision_cfg"].pop("image_size")),
            "['vision_cfg']['image_size']: Field required",
        ),
        (config(lambda c: c["model_cfg"]["text_cfg"].update(width="x")), "open_clip cannot load "),
    ],
)
def test_damage_is_one_line_with_its_file_and_remedy(folder, damage, line):
    damage(folder)
    with pytest.raises(InputError) as error:
        load_checkpoint(folder)
    text = str(error.value)
    assert line in text and str(folder) in text and "\n" not in text
    assert text.endswith("; delete the folder and run `dvc repro` to make the model anew")


def test_a_model_that_diverged_is_not_written(tmp_path):
    model, kind = tiny_model()
    with torch.no_grad():
        model.visual.proj[0, 0] = torch.inf
    with pytest.raises(InputError, match="tensor visual.proj of the model has a number that is not finite.*base.lr"):
        save_checkpoint(tmp_path / "base", model, kind)
    assert list(tmp_path.iterdir()) == []


def test_weights_can_be_read_by_whom_the_umask_lets(tmp_path):
    before = os.umask(0o022)
    try:
        save_checkpoint(tmp_path / "base", *tiny_model())
    finally:
        os.umask(before)
    assert (tmp_path / "base" / WEIGHTS).stat().st_mode & 0o777 == 0o644
