"""dvc.yaml matches the code: the dependencies of each stage are the modules that it imports."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
NO_RESULT = {"stages/common/run.py"}  # how a run is done: it changes no result, and reruns nothing


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


def params_of(stage: dict) -> list[str]:
    """The parameters that a stage names, also in groups by file."""
    named = stage.get("params", [])
    return [name for entry in named for name in ([entry] if isinstance(entry, str) else entry["params.yaml"])]


def modules(name: str) -> set[str]:
    """The file of a module; of a package with a registry, which imports its modules by name, all of its files."""
    path = ROOT / name.replace(".", "/")
    if path.with_suffix(".py").is_file():
        return {str(path.with_suffix(".py").relative_to(ROOT))}
    init = path / "__init__.py"
    if not init.is_file():
        return set()
    files = path.glob("*.py") if "members(__name__" in init.read_text(encoding="utf-8") else [init]
    return {str(file.relative_to(ROOT)) for file in files}


def imported(file: str) -> set[str]:
    """The modules of stages/ that a file imports, at any depth of its code, and their packages."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stages"):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= set().union(*map(modules, names))
    return found


def reached(file: str) -> set[str]:
    """A file and all modules of stages/ that it imports, directly or not."""
    seen, waiting = set(), [file]
    while waiting:
        if (file := waiting.pop()) not in seen:
            seen.add(file)
            waiting += imported(file)
    return seen


def members_of_registry(listed: str) -> str:
    """A dependency on one member of a registry, published/${key}.py, as its folder."""
    return listed.rpartition("/")[0] if "${" in listed else listed


@pytest.mark.parametrize("name", STAGES)
def test_dependencies_are_the_modules_that_the_stage_reaches(name):
    """Option types are read by check and change no result; every other module is listed, by its file or folder."""
    stage = STAGES[name]
    main = stage["cmd"].split()[2].replace(".", "/") + "/__main__.py"
    needed = reached(main) - NO_RESULT
    listed = {members_of_registry(path) for path in stage["deps"] if path.startswith("stages")}
    covered = {path for path in needed if any(path == d or path.startswith(d + "/") for d in listed)}
    lacking = {path for path in needed - covered if not path.endswith(("/options.py", "/__init__.py"))}
    assert not lacking, f"{name} lacks dependencies"
    idle = {d for d in listed if not any(path == d or path.startswith(d + "/") for path in needed)}
    assert not idle, f"{name} lists modules that it does not import"


def test_every_parameter_reruns_a_stage_and_every_stage_names_real_ones():
    """But for `run`, and for names of files that are dependencies themselves."""
    params = read("params.yaml")
    named = {name.removesuffix(".${key}") for stage in STAGES.values() for name in params_of(stage)}
    for name in named:
        value = params
        for key in name.split("."):
            value = value[key]
    idle = {leaf for leaf in leaves(params) if not any(leaf == n or leaf.startswith(n + ".") for n in named)}
    assert {leaf.partition(".")[0] for leaf in idle} == {"run", "features", "rival_files"}


def test_no_name_of_params_yaml_becomes_part_of_a_command():
    assert [name for name, stage in STAGES.items() if "${" in str(stage["cmd"])] == []


def test_dvc_yaml_is_short():
    assert len((ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 300
