"""The examples of CONTRIBUTING.md work: its loss trains, its rival is made, its caption format is read."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import open_clip
import pandas as pd
import pytest
import yaml
from PIL import Image
from safetensors.torch import load_file, save_file

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.params import load_params
from tests.project import ROOT
from tests.train.project import OPTIONS, make_project, set_options
from tools.preset import lay_over

PYTEST = ("pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider")


def code_block(section: str, language: str) -> str:
    """The first block of code in this language in a section of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition(f"\n## {section}\n")[2]
    return re.search(f"```{language}\n(.*?)```", text, re.DOTALL).group(1)


def apply_diff(section: str, folder: Path) -> dict:
    """A copy of the code in `folder` with the diff of a section of CONTRIBUTING.md; its parameters."""
    for name in ("stages", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "params.yaml", folder)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=code_block(section, "diff"), text=True, check=True)
    return load_params(folder / "params.yaml")


def run(folder: Path, *arguments: str) -> None:
    """python -m ARGUMENTS in `folder`, with the code there."""
    environment = os.environ | {"PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_loss_is_a_file_and_a_line(tmp_path):
    methods = apply_diff("A loss", tmp_path)["train"]["methods"]
    assert list(methods)[:3] == ["clip", "negclip", "mine"]
    make_project(tmp_path)
    set_options(tmp_path, methods=OPTIONS["methods"] | {"mine": methods["mine"]})
    run(tmp_path, "stages.train", "mine")
    history = pd.read_csv(tmp_path / "data/models/mine/history.csv")
    assert len(history) and history["loss"].notna().all()
    open_clip.create_model("local-dir:" + str(tmp_path / "data/models/mine"))
    run(tmp_path, *PYTEST, "tests/train/losses/test_mine.py")


def test_a_rival_is_a_line(tmp_path):
    params = apply_diff("A rival", tmp_path)
    ((name, rival),) = params["rivals"].items()
    open_clip.add_model_config(ROOT / "stages/common/clip/compact.json")
    state = open_clip.create_model(rival["model"]).state_dict()
    save_file(state, tmp_path / rival["pretrained"])
    run(tmp_path, "stages.rival", name)
    made = load_file(tmp_path / "data/models" / name / "open_clip_model.safetensors")
    assert made.keys() == state.keys() and all(made[key].equal(state[key]) for key in made)


def test_a_caption_format_is_a_file(tmp_path):
    params = apply_diff("A caption format", tmp_path)
    sources = []
    for split in ("train", "test"):
        (tmp_path / f"{split}.jsonl").write_text(
            json.dumps({"file_name": f"{split}.jpg", "captions": ["A dog."]}) + "\n"
        )
        Image.new("RGB", (200, 100), "red").save(tmp_path / f"{split}.jpg")
        sources.append({"annotations": f"{split}.jsonl", "images": ".", "split": split, "format": "jsonl"})
    params["captions"] |= {"root": ".", "sources": sources}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    run(tmp_path, "stages.captions")
    assert pd.read_parquet(tmp_path / "data/captions/captions")["split"].tolist() == ["train", "test"]
    run(tmp_path, *PYTEST, "tests/captions/formats/test_jsonl.py")


@pytest.mark.parametrize("section", ["A variant", "A kind of negative", "A benchmark"])
def test_lines_of_params_are_valid(section):
    """Laid over params.yaml, as a preset is."""
    params = load_params(ROOT / "params.yaml")
    lay_over(params, yaml.safe_load(code_block(section, "yaml")))
    check_across(check_blocks(params))


def test_another_loss_reruns_no_training():
    """A training depends on the file of its own loss alone."""
    deps = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["train"]["do"]["deps"]
    losses = [path for path in deps if path.startswith("stages/train/losses")]
    assert losses == ["stages/train/losses/__init__.py", "stages/train/losses/${item.loss}.py"]
    assert "stages/train" not in deps and "stages" not in deps
