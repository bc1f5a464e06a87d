"""dvc.yaml says what the code does: each stage's dependencies are its own modules and those it imports."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def read(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


STAGES = read("dvc.yaml")["stages"]


def leaves(params: dict, prefix: str = "") -> set[str]:
    """Names of parameters as dvc.yaml writes them: {"train": {"lr": 1}} gives train.lr."""
    return {
        leaf
        for name, value in params.items()
        for leaf in (leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name})
    }


def module_file(name: str) -> Path | None:
    file = ROOT / (name.replace(".", "/") + ".py")
    return file if file.is_file() else None


def imported(file: Path) -> set[Path]:
    """The modules of stages/ that a file imports, at whatever depth."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {path for path in map(module_file, names) if path}
    return found


def reached(file: Path) -> set[Path]:
    """A file and all modules of stages/ that it imports, directly or not."""
    seen, waiting = set(), [file]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += imported(file)
    return seen


@pytest.mark.parametrize("name", STAGES)
def test_dependencies_are_the_modules_that_the_stage_reaches(name):
    stage = STAGES[name]
    needed = {str(path.relative_to(ROOT)) for path in reached(ROOT / "stages" / name / "__main__.py")}
    listed = [path for path in stage["deps"] if path.startswith("stages/")]
    covered = {path for path in needed if any(path == d or path.startswith(d + "/") for d in listed)}
    assert needed == covered, f"{name} lacks dependencies"
    idle = {d for d in listed if not any(path == d or path.startswith(d + "/") for path in needed)}
    assert not idle, f"{name} lists modules that it does not import"


def test_every_parameter_belongs_to_a_stage_and_every_stage_names_real_ones():
    known = leaves(read("params.yaml"))
    named = {name for stage in STAGES.values() for name in stage.get("params", [])}
    blocks = {name for name in named if any(leaf.startswith(name + ".") for leaf in known)}
    assert named - blocks <= known
    matrix = {"train.methods"}  # the list that makes the stages train@METHOD
    assert {leaf for leaf in known if not any(leaf == n or leaf.startswith(n + ".") for n in named)} == matrix
