"""python -m tools.preset NAME: lay presets/NAME.yaml over params.yaml, which keeps its comments.

A preset holds only what differs from the default; `git checkout params.yaml` brings the default back.
"""

import difflib
import sys
from pathlib import Path

from ruamel.yaml import YAML

from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside

PRESETS = Path("presets")


def lay_over(params: dict, changes: dict, where: str = "") -> None:
    """Change `params` in place: mappings key by key, everything else whole. InputError for an unknown key.

    >>> params = {"train": {"lr": 1, "epochs": 2}}
    >>> lay_over(params, {"train": {"lr": 3}})
    >>> params
    {'train': {'lr': 3, 'epochs': 2}}
    """
    for key, value in changes.items():
        if key not in params:
            near = difflib.get_close_matches(str(key), map(str, params), 1, 0)
            raise InputError(f"the preset's {where}{key} is not in params.yaml; the nearest is {where}{near[0]}")
        if isinstance(value, dict) and isinstance(params[key], dict):
            lay_over(params[key], value, f"{where}{key}.")
        else:
            params[key] = value


def main() -> None:
    known = sorted(path.stem for path in PRESETS.glob("*.yaml"))
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        raise InputError(f"name one preset of {', '.join(known)}: python -m tools.preset quick")
    yaml = YAML()  # round trip: comments and order stay
    yaml.width = 120
    params = yaml.load(Path("params.yaml").read_text(encoding="utf-8"))
    lay_over(params, yaml.load((PRESETS / f"{sys.argv[1]}.yaml").read_text(encoding="utf-8")))
    with write_beside("params.yaml") as beside:
        yaml.dump(params, beside)


if __name__ == "__main__":
    run_stage(main)
