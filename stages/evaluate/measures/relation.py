"""Percent right, with the 95% bootstrap interval over images. Image to text: the image prefers its own text to every
negative text. Text to image: the text prefers its own image. Both at once: both are right. A tie is wrong. The best
model of each column is shaded. In the chart whiskers are intervals, dotted lines chance.
"""

import numpy as np
import pandas as pd

from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.bootstrap import means
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure


def chance(*counts: np.ndarray) -> np.ndarray:
    """The probability that random scores without ties answer a question rightly, (N,); NaN without another option.

    `counts` (N,) are the options of the question; with those of the opposite question, the probability to answer both:
    the true pair must beat K + L other pairs at once.
    """
    possible = np.all([count > 1 for count in counts], axis=0)  # (N,)
    return np.where(possible, 1 / (sum(counts) - len(counts) + 1), np.nan)


def slices(tuples: pd.DataFrame) -> dict[str, np.ndarray]:
    """Named masks over tuples (N,): all, and both halves of each division."""
    dynamic, particle, preposition = tuples["dynamic"], tuples["particle"].notna(), tuples["preposition"].notna()
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
    """A row for each set, direction and slice that has a question, with chance."""
    sets, columns, chances = model.answers["set"], {}, {}
    texts, images = pd.notna(inputs.members["text"]).sum(axis=1), (inputs.members["image_id"] >= 0).sum(axis=1)  # (N,)
    levels = pd.DataFrame({"i2t": chance(texts), "t2i": chance(images), "group": chance(texts, images)})
    for part, mask in slices(inputs.tuples).items():
        for name in sets.unique():
            chosen = mask & (sets == name).to_numpy(bool)
            for direction in DIRECTIONS:
                columns[name, direction, part] = np.where(chosen, model.answers[direction], np.nan)
                chances[name, direction, part] = levels.loc[chosen, direction].mean()
    table = means(columns, model.answers["image_id"], inputs.draws)
    return table.assign(chance=[chances[key] for key in zip(table["set"], table["direction"], table["slice"])])


MEASURE = Measure(rows, "Accuracy", __doc__, order=0)
