"""For test images with a triple among the training statements: how often the most probable statement is right, in
percent, and the expected calibration error (15 ranges, in points) with the temperature of CLIP's own logit_scale and
with the one fitted on split val. On the dotted line a probability is right as often as it says. Stands out: how often a
relation does when the image's own two nouns are asked about, and those of an image without them.
"""

import numpy as np
import pandas as pd

from stages.common.language.statements import stated
from stages.evaluate.calibration import matched_vs_mismatched, most_probable, pictures_of
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import COLUMNS, Evaluated, Measure

BINS = 15  # as in Guo et al.


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """How often one is right in each of `bins` equal ranges of `confidence` (N,): columns value, chance and count.

    `value` is the share that is right, `chance` the mean confidence. Empty ranges are left out.
    """
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)  # (N,)
    weights = {"value": right, "chance": confidence, "count": None}
    table = pd.DataFrame({name: np.bincount(place, weight, bins) for name, weight in weights.items()})
    table = table[table["count"] > 0].reset_index(drop=True)
    return table.assign(value=table["value"] / table["count"], chance=table["chance"] / table["count"])


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """`set` is "statements" for accuracies, else a temperature: its calibration error, and its reliability by range."""
    statements, triples = inputs.statements, inputs.triples["test"]
    if not (ids := pictures_of(triples, statements)):
        return pd.DataFrame(columns=COLUMNS)
    cosines = model.images.of(ids) @ model.statements.T  # (I, C)
    true = stated(statements["text"], triples, pd.Index(ids))  # (I, C)
    values = {"most probable is right": most_probable(cosines, true, 1.0)[1].mean()}
    temperatures = {"CLIP's own temperature": model.temperature}
    if model.calibration:
        temperatures["fitted temperature"] = model.calibration["temperature"]
    if (threshold := model.calibration.get("threshold")) is not None:
        pairs = matched_vs_mismatched(cosines, true, statements)  # (I, 2)
        for name, best in zip(("own nouns stand out", "other nouns stand out"), pairs.T):
            if len(known := best[~np.isnan(best)]):
                values[name] = (known >= threshold).mean()
    found = [pd.DataFrame([("statements", "i2t", *one, len(ids)) for one in values.items()], columns=COLUMNS)]
    for name, temperature in temperatures.items():
        curve = reliability(*most_probable(cosines, true, temperature))
        error = ((curve["value"] - curve["chance"]).abs() * curve["count"]).sum() / len(ids)
        table = curve.assign(slice=[f"range {place}" for place in range(len(curve))])
        total = pd.DataFrame({"slice": ["calibration error"], "value": [error], "count": [len(ids)]})
        found.append(pd.concat([total, table]).assign(set=name, direction="i2t"))
    return pd.concat(found, ignore_index=True)


MEASURE = Measure(rows, "What a probability means", __doc__, order=60, columns=("set", "slice"))
