"""Whether probabilities of relations mean what they say, on the test split."""

import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve

from stages.common.language.statements import stated
from stages.evaluate.calibration import matched_vs_mismatched, most_probable, pictures_of
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure

BINS = 15  # as in Guo et al.


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """How often one is right in each of `bins` equal ranges of `confidence` (N,): columns value, chance and count.

    `value` is the share that is right, `chance` the mean confidence. Empty ranges are left out.

    >>> reliability(np.array([0.95, 0.9, 0.2]), np.array([1, 0, 0]), bins=2).round(3).values.tolist()
    [[0.0, 0.2, 1.0], [0.5, 0.925, 2.0]]
    """
    value, mean = calibration_curve(right, confidence, n_bins=bins)
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    counts = np.bincount(np.searchsorted(edges, confidence), minlength=bins)  # as calibration_curve bins
    return pd.DataFrame({"value": value, "chance": mean, "count": counts[counts > 0]})


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """For images with a triple among the statements: whether the most probable one is right, and how well calibrated.

    `set` is "statements" for accuracies, else a temperature: its calibration error, and its reliability by range.
    """
    statements, triples = inputs.statements, inputs.triples_of("test")
    ids = pictures_of(triples, statements)
    if not ids:
        return pd.DataFrame(columns=[*KEYS, "value", "count"])
    cosines = model.images.of(ids) @ model.texts.of(statements["text"].to_numpy()).T  # (I, C)
    true = stated(statements["text"], triples, pd.Index(ids))  # (I, C)
    pairs = matched_vs_mismatched(cosines, true, statements)  # (I, 2)
    above = np.where(np.isnan(pairs), np.nan, pairs >= model.threshold)  # (I, 2)
    values = {"most probable is right": most_probable(cosines, true, 1.0)[1].mean()}
    if not np.isnan(model.threshold):
        values |= dict(zip(("own nouns stand out", "other nouns stand out"), np.nanmean(above, axis=0)))
    found = [
        pd.DataFrame(
            [("statements", "i2t", name, v, len(ids)) for name, v in values.items()], columns=[*KEYS, "value", "count"]
        )
    ]
    for name, temperature in model.temperatures.items():
        curve = reliability(*most_probable(cosines, true, temperature))
        error = ((curve["value"] - curve["chance"]).abs() * curve["count"]).sum() / len(ids)
        table = curve.assign(slice=[f"range {place}" for place in range(len(curve))])
        total = pd.DataFrame({"slice": ["calibration error"], "value": [error], "count": [len(ids)]})
        found.append(pd.concat([total, table]).assign(set=name, direction="i2t"))
    return pd.concat(found, ignore_index=True)


MEASURE = Measure(
    rows,
    "What a probability means",
    "For test images with a triple among the training statements: how often the most probable statement is right, in "
    "percent, and the expected calibration error (15 ranges, in points) with the temperature of CLIP's own logit_scale "
    "and with the one fitted on split val. On the dotted line a probability is right as often as it says. Stands out: "
    "how often a relation does when the image's own two nouns are asked about, and those of an image without them.",
    texts=lambda inputs: inputs.statements["text"],
    order=60,
    columns=("set", "slice"),
)
