"""dvc.yaml says what the code does: each stage's dependencies are its own modules and those it imports."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def read(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


STAGES = {name: stage.get("do", stage) for name, stage in read("dvc.yaml")["stages"].items()}  # do: of a foreach


def leaves(params: dict, prefix: str = "") -> set[str]:
    """Names of parameters as dvc.yaml writes them: {"train": {"lr": 1}} gives train.lr."""
    return {
        leaf
        for name, value in params.items()
        for leaf in (leaves(value, f"{prefix}{name}.") if isinstance(value, dict) and value else {prefix + name})
    }


def modules(name: str) -> set[Path]:
    """The file of a module; of a package, a registry, all of its files, as it imports them by itself."""
    path = ROOT / name.replace(".", "/")
    return set(path.glob("*.py")) or ({path.with_suffix(".py")} if path.with_suffix(".py").is_file() else set())


def imported(file: Path) -> set[Path]:
    """The modules of stages/ that a file imports, at whatever depth."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= set().union(*map(modules, names))
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
    command = stage["cmd"] if isinstance(stage["cmd"], str) else stage["cmd"][-1]  # "python -m stages.train drive"
    main = ROOT / command.split()[2].replace(".", "/") / "__main__.py"
    needed = {str(path.relative_to(ROOT)) for path in reached(main)}
    listed = [path for path in stage["deps"] if path.startswith("stages") and not path.endswith(".json")]
    listed = [
        path.removesuffix("/${key}.py") for path in listed
    ]  # its own member of a registry changes its result alone
    covered = {path for path in needed if any(path == d or path.startswith(d + "/") for d in listed)}
    assert needed == covered, f"{name} lacks dependencies"
    idle = {d for d in listed if not any(path == d or path.startswith(d + "/") for path in needed)}
    assert not idle, f"{name} lists modules that it does not import"


def test_every_parameter_reruns_a_stage_and_every_stage_names_real_ones():
    """But for `run`, which changes no result. Each stands alone, or in the block of one method, set or rival."""
    params = read("params.yaml")
    named = {name.removesuffix(".${key}") for stage in STAGES.values() for name in stage.get("params", [])}
    for name in named:
        value = params
        for key in name.split("."):
            value = value[key]
    idle = {leaf for leaf in leaves(params) if not any(leaf == n or leaf.startswith(n + ".") for n in named)}
    assert {leaf.partition(".")[0] for leaf in idle} == {"run"}


def test_a_command_with_a_name_in_it_comes_after_the_check_of_names():
    for name, stage in STAGES.items():
        if "${" in str(stage["cmd"]):
            assert stage["cmd"][0] == "python -m stages.check.names" and len(stage["cmd"]) == 2, name
