"""Which models and sets a report is about, in what order, and their colours; no name is written here but two.

`base` is where every method starts, `clip` the control: CLIP's own loss on the same batches.
"""

import itertools
from collections.abc import Iterable
from pathlib import Path

from stages.common.files.errors import InputError
from stages.negatives.kinds import KINDS
from stages.train.losses import LOSSES

BASE, CONTROL = "base", "clip"
SPARE = ("#7b5ea7", "#d97b29", "#4d8b57", "#b0578d", "#8a8433", "#3b7f93")  # for what no registry knows, in turn


def evaluated(folder: Path, methods: Iterable[str], rivals: Iterable[str]) -> list[str]:
    """The models whose evaluations lie in `folder`: base, then methods and rivals in the order of params.yaml.

    What an earlier run with other methods left there is not shown.
    """
    found = [name for name in (BASE, *methods, *rivals) if (folder / name).is_dir()]
    if not found:
        raise InputError(f"{folder} holds no evaluation of a model of params.yaml; run `dvc repro` to make them")
    return found


def colours(names: Iterable[str]) -> dict[str, str]:
    """The colour of each model or set in every chart and table: its registry's, or else a spare one."""
    known = {BASE: "#a6acb4"} | {name: entry.colour for name, entry in (KINDS | LOSSES).items()}
    spare = itertools.cycle(SPARE)
    return {name: known.get(name) or next(spare) for name in names}


def best_model(scores: dict[str, float], methods: Iterable[str]) -> str:
    """The method of the highest score; where none was evaluated the best rival, and base where nothing else was.

    >>> best_model({"base": 90.0, "clip": 60.0, "mine": 70.0, "siglip": 80.0}, ["clip", "mine"])
    'mine'
    """
    others = [name for name in scores if name != BASE]
    known = [name for name in others if name in methods] or others
    return max(known, key=scores.__getitem__, default=BASE)
