"""A project folder for a measurement: parameters with paths that hold there, and links to tables."""

import pytest

from stages.common.files.params import load_params
from tools.project_folder import make_project


@pytest.mark.parametrize(
    ("model", "expected"),
    [("local-dir:../towers", "local-dir:{root}/../towers"), ("own.json", "{root}/own.json"), ("compact", "compact")],
)
def test_paths_and_links_lead_to_the_project(tmp_path, model, expected):
    root, folder = tmp_path / "project", tmp_path / "runs/0"
    for place in ("towers", "project/data/captions", "project/own.json"):
        (tmp_path / place).mkdir(parents=True)
    for _ in "again":
        make_project(folder, root, ["captions"], {"base": {"model": model, "files": "own.json"}, "seed": 1})
    files = "own.json" if model == "compact" else f"{root}/own.json"
    found = load_params(folder / "params.yaml")
    assert found == {"base": {"model": expected.format(root=root), "files": files}, "seed": 1}
    assert (folder / "data/captions").resolve() == root / "data/captions"
