"""How often, in percent, an image of one verb (row) preferred a text with another verb (column) to its own."""

import numpy as np
import pandas as pd

from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """`set` is the anchor's verb, `slice` that of the best negative text, `count` how often it was that one.

    Only tuples of sets that differ in the verb.
    """
    answers, relations = model.answers, inputs.members["relation"]
    best = relations[np.arange(len(answers)), answers["best_text"]]  # (N,)
    table = pd.DataFrame({"set": relations[:, 0], "slice": best, "mistaken": 1 - answers["i2t"]})
    table = table[(answers["set"].map(inputs.differs) == "verb") & answers["i2t"].notna()]
    found = table.groupby(["set", "slice"], as_index=False)["mistaken"].agg(value="mean", count="size")
    return found.assign(direction="i2t")


MEASURE = Measure(rows, "Which verb is taken for which", __doc__, order=80, columns=())
