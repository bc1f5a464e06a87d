"""Lays presets/NAME.yaml over params.yaml, one after another; its comments stay: python -m tools.preset NAME ...

A preset holds only what differs from the default; `git checkout params.yaml` brings the default back.
"""

from pathlib import Path

from ruamel.yaml import YAML

from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import load_params
from stages.common.files.storage import write_beside

PRESETS = Path("presets")


def lay_over(params: dict, changes: dict) -> None:
    """Change `params` in place: mappings key by key, everything else whole.

    >>> params = {"train": {"lr": 1, "epochs": 2}, "rivals": {}}
    >>> lay_over(params, {"train": {"lr": 3}, "rivals": {"mine": {"model": "RN50"}}})
    >>> params
    {'train': {'lr': 3, 'epochs': 2}, 'rivals': {'mine': {'model': 'RN50'}}}
    """
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(params.get(key), dict):
            lay_over(params[key], value)
        else:
            params[key] = value


def main(arguments: list[str]) -> None:
    known = sorted(path.stem for path in PRESETS.glob("*.yaml"))
    if not arguments or not set(arguments) <= set(known):
        raise InputError(f"name one preset of {', '.join(known)}, or several: python -m tools.preset {known[0]}")
    yaml, presets = YAML(), [PRESETS / f"{name}.yaml" for name in arguments]  # round trip: comments and order stay
    yaml.width = 120
    params = yaml.load(Path("params.yaml").read_text(encoding="utf-8"))
    for preset in presets:
        lay_over(params, yaml.load(preset.read_text(encoding="utf-8")))
    with write_beside("params.yaml") as beside:
        yaml.dump(params, beside)
        check_blocks(load_params(beside), f"{' over '.join(map(str, reversed(presets)))} over params.yaml")


if __name__ == "__main__":
    run_stage(main)
