"""What CONTRIBUTING.md shows is so: its loss is trained, its rival made, as it tells."""

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
from tests.train.project import OPTIONS, make_project, set_options
from tools.preset import lay_over

ROOT = Path(__file__).parents[1]


def shown(section: str, kind: str) -> str:
    """The first block of such code in a section of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition(f"\n## {section}\n")[2]
    return re.search(f"```{kind}\n(.*?)```", text, re.DOTALL).group(1)


def applied(section: str, folder: Path) -> dict:
    """A copy of the code in `folder` with the diff of a section of CONTRIBUTING.md; its parameters."""
    for name in ("stages", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "params.yaml", folder)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=shown(section, "diff"), text=True, check=True)
    return load_params(folder / "params.yaml")


def run(folder: Path, *arguments: str) -> None:
    """python -m ARGUMENTS in `folder`, with the code there."""
    environment = os.environ | {"PYTHONPATH": str(folder), "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path) -> Path:
    """A folder inside no git repository of its own."""
    return tmp_path


def test_a_loss_is_a_file_and_a_line(project):
    methods = applied("A loss", project)["train"]["methods"]
    assert list(methods)[:3] == ["clip", "negclip", "mine"]
    make_project(project)
    set_options(project, methods=OPTIONS["methods"] | {"mine": methods["mine"]})
    run(project, "stages.train", "mine")
    history = pd.read_csv(project / "data/models/mine/history.csv")
    assert len(history) and history["loss"].notna().all()
    open_clip.create_model("local-dir:" + str(project / "data/models/mine"))
    run(project, "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", "tests/train/losses/test_mine.py")


def test_a_rival_is_a_line(project):
    params = applied("A rival", project)
    ((name, rival),) = params["rivals"].items()
    open_clip.add_model_config(ROOT / "stages/common/compact.json")
    state = open_clip.create_model(rival["model"]).state_dict()
    save_file(state, project / rival["pretrained"])
    run(project, "stages.rival", name)
    made = load_file(project / "data/models" / name / "open_clip_model.safetensors")
    assert made.keys() == state.keys() and all(made[key].equal(state[key]) for key in made)


def test_a_caption_format_is_a_file(project):
    params = applied("A caption format", project)
    sources = []
    for split in ("train", "test"):
        (project / f"{split}.jsonl").write_text(
            json.dumps({"file_name": f"{split}.jpg", "captions": ["A dog."]}) + "\n"
        )
        Image.new("RGB", (200, 100), "red").save(project / f"{split}.jpg")
        sources.append({"annotations": f"{split}.jsonl", "images": ".", "split": split, "format": "jsonl"})
    params["captions"] |= {"root": ".", "sources": sources}
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    run(project, "stages.captions")
    assert pd.read_parquet(project / "data/captions/captions")["split"].tolist() == ["train", "test"]
    run(
        project,
        "pytest",
        "-q",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "tests/captions/formats/test_jsonl.py",
    )


@pytest.mark.parametrize("section", ["A kind of negative", "A benchmark"])
def test_lines_of_params_are_valid(section):
    """Laid over params.yaml, as a preset is."""
    params = load_params(ROOT / "params.yaml")
    lay_over(params, yaml.safe_load(shown(section, "yaml")))
    check_across(check_blocks(params))


def test_a_loss_more_changes_no_other_training():
    """Its file is a dependency of its own training, and of no training of another loss."""
    deps = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["train"]["do"]["deps"]
    assert [path for path in deps if path.startswith("stages/train/losses")] == [
        "stages/train/losses/__init__.py",
        "stages/train/losses/${key}.py",
    ]
    assert "stages/train" not in deps and "stages" not in deps
