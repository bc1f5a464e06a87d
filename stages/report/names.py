"""Which models and sets a report is about, in which order, and their colours."""

import colorsys
import itertools
from collections.abc import Iterable
from pathlib import Path

from stages.common.files.errors import InputError
from stages.negatives.kinds import KINDS
from stages.train.losses import LOSSES

BASE, CONTROL = "base", "clip"  # where every method starts, and the control: CLIP's own loss on the same batches
SPARE = ("#7b5ea7", "#d97b29", "#4d8b57", "#b0578d", "#8a8433", "#3b7f93")  # for rivals, in turn


def evaluated(folder: Path, methods: Iterable[str], rivals: Iterable[str]) -> list[str]:
    """The models that were evaluated: base, then methods and rivals in the order of params.yaml.

    Results of methods that params.yaml no longer has are left out.
    """
    found = [name for name in (BASE, *methods, *rivals) if (folder / name).is_dir()]
    if not found:
        raise InputError(f"{folder} holds no evaluation of a model of params.yaml; run `dvc repro` to make them")
    return found


def colours(models: Iterable[str], losses: dict[str, str], sets: Iterable[str]) -> dict[str, str]:
    """The colour of each model and set in charts and tables.

    A method has the colour of its loss, by `losses`; further methods with the same loss get lighter ones.
    """
    spare, used = itertools.cycle(SPARE), dict.fromkeys(losses.values(), 0)
    found = {name: KINDS[name].colour if name in KINDS else next(spare) for name in sets}
    for model in models:
        if model in losses:
            found[model] = lighter(LOSSES[losses[model]].colour, used[losses[model]])
            used[losses[model]] += 1
        else:
            found[model] = "#a6acb4" if model == BASE else next(spare)
    return found


def lighter(colour: str, steps: int) -> str:
    """A colour "#rrggbb", a third of the way to white for each step.

    >>> lighter("#c43c4e", 0), lighter("#c43c4e", 1)
    ('#c43c4e', '#d77d89')
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    rgb = colorsys.hls_to_rgb(hue, 1 - (1 - light) * (2 / 3) ** steps, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def best_model(scores: dict[str, float], methods: Iterable[str]) -> str:
    """The method with the highest score; without methods the best rival, and base if there is no other model.

    >>> best_model({"base": 90.0, "clip": 60.0, "mine": 70.0, "siglip": 80.0}, ["clip", "mine"])
    'mine'
    """
    others = [name for name in scores if name != BASE]
    candidates = [name for name in others if name in methods] or others
    return max(candidates, key=scores.__getitem__, default=BASE)
