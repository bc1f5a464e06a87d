"""Accuracy on the test tuples by set and direction, over all and within slices, with chance."""

import numpy as np
import pandas as pd

from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure, means


def slices(tuples: pd.DataFrame) -> dict[str, np.ndarray]:
    """Named masks over tuples (N,): all, and both halves of each division."""
    dynamic = tuples["dynamic"]
    particle, preposition = tuples["particle"].notna(), tuples["preposition"].notna()
    masks = {
        "all": dynamic.notna() | True,
        "dynamic verb": dynamic.eq(True).fillna(False),  # null is neither
        "stative verb": dynamic.eq(False).fillna(False),
        "seen relation": ~tuples["unseen_relation"],
        "unseen relation": tuples["unseen_relation"],
        "seen triple": ~tuples["unseen_triple"],
        "unseen triple": tuples["unseen_triple"],
        "with particle": particle,
        "with preposition": preposition,
        "verb alone": ~particle & ~preposition,
    }
    return {name: mask.to_numpy(bool) for name, mask in masks.items()}


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """A row for each set, direction and slice that has a question."""
    answers, columns, chances = model.answers, {}, {}
    for part, mask in slices(inputs.tuples).items():
        for name in answers["set"].unique():
            chosen = mask & (answers["set"] == name).to_numpy(bool)
            for direction in DIRECTIONS:
                columns[name, direction, part] = np.where(chosen, answers[direction], np.nan)
                if chosen.any():
                    chances[name, direction, part] = answers.loc[chosen, f"{direction}_chance"].mean()
    table = means(columns, answers["image_id"], inputs)
    return table.assign(chance=[chances[key] for key in zip(table["set"], table["direction"], table["slice"])])


MEASURE = Measure(
    rows,
    "Accuracy",
    "Percent right, with the 95% bootstrap interval over images. Image to text: the image prefers its own text to every "
    "negative text. Text to image: the text prefers its own image. Both at once: both are right. A tie is wrong. The "
    "best model of each column is shaded. In the chart whiskers are intervals, dotted lines chance.",
    order=0,
)
