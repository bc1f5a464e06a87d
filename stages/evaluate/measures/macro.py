"""In percent: the mean over verbs of each verb's accuracy, so that frequent verbs weigh no more than rare ones."""

import pandas as pd

from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.bootstrap import CELLS, KEYS, macro_mean
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """A row for each set and direction that has a question."""
    table, found = model.answers.assign(relation=inputs.tuples["relation"]), []
    for name, part in table.groupby("set", sort=False):
        for direction in (way for way in DIRECTIONS if part[way].notna().any()):
            arrays = (part[column].to_numpy() for column in (direction, "relation", "image_id"))
            found.append((name, direction, "all", *macro_mean(*arrays, inputs.draws)))
    return pd.DataFrame(found, columns=KEYS + CELLS)


MEASURE = Measure(rows, "Means over verbs", __doc__, order=110)
