"""Means over verbs of each verb's accuracy on the test tuples."""

import pandas as pd

from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.bootstrap import macro_interval
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """A row for each set and direction that has a question."""
    table, found = model.answers.assign(relation=inputs.tuples["relation"]), []
    for name, part in table.groupby("set", sort=False):
        for direction in DIRECTIONS:
            if count := int(part[direction].notna().sum()):
                arrays = (part[column].to_numpy() for column in (direction, "relation", "image_id"))
                found.append((name, direction, "all", *macro_interval(*arrays, inputs.resamples, inputs.seed), count))
    return pd.DataFrame(found, columns=[*KEYS, "value", "low", "high", "count"])


MEASURE = Measure(
    rows,
    "Means over verbs",
    "In percent: the mean over verbs of each verb's accuracy, so that frequent verbs weigh no more than rare ones.",
    order=110,
    folded=True,
)
