"""Percent right for each verb of the anchors, by what differs in the negative, with the number of tuples. The charts
compare two models, image to text; dotted: chance.
"""

import numpy as np
import pandas as pd

from stages.evaluate.bootstrap import CELLS, KEYS, cluster_sums, ratio_intervals
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """`set` is what differs in the negatives of a hard set (verb, roles), `slice` the verb; sorted by accuracy."""
    verbs = inputs.tuples[["relation"]].assign(differs=inputs.tuples["set"].map(inputs.differs).replace("", None))
    groups = verbs.groupby(["differs", "relation"])
    position = groups.ngroup().fillna(-1).to_numpy(np.int64)  # (N,), -1: a set that is not hard
    names, images, parts = sorted(groups.groups), model.answers["image_id"].to_numpy(), []
    for direction in ("i2t", "t2i"):
        sums = cluster_sums(model.answers[direction].to_numpy(), images, position)
        cells = zip(CELLS, ratio_intervals(*sums, *inputs.draws))
        parts.append(pd.DataFrame(names, columns=["set", "slice"]).assign(direction=direction, **dict(cells)))
    table = pd.concat(parts).query("count > 0").sort_values(["set", "direction", "value", "slice"], ignore_index=True)
    return table[KEYS + CELLS]


MEASURE = Measure(rows, "Accuracy by verb", __doc__, order=70, columns=())
