"""How far the probabilities of a model's relations mean what they say, on the test split."""

import numpy as np
import pandas as pd

from stages.common.clip.calibration import best, expected_calibration_error, own_and_foreign, reliability
from stages.common.language.statements import said_of
from stages.evaluate.exact import Items


def calibration(
    statements: pd.DataFrame, triples: pd.DataFrame, items: Items, temperatures: dict[str, float], threshold: float
) -> tuple[pd.DataFrame, dict]:
    """The reliability by each of `temperatures`, name -> temperature, and a summary in shares.

    Of every image of which one of the `statements` is said: the probability of the best of them, and whether it is
    said. `threshold` is the cosine from which on a relation stands out, NaN where none was fitted.
    """
    known = triples.loc[triples["text"].isin(statements["text"]), "image_id"]
    ids = pd.Index(sorted(known.unique()))
    if ids.empty:
        return pd.DataFrame(columns=["temperature", "confidence", "accuracy", "count"]), {}
    cosines = items.of_images(ids) @ items.of_texts(statements["text"]).T  # (I, C)
    said = said_of(statements["text"], triples, ids)  # (I, C)
    curves = {name: reliability(*best(cosines, said, value)) for name, value in temperatures.items()}
    errors = {name: expected_calibration_error(curve) for name, curve in curves.items()}
    subjects, objects = (statements[name].to_numpy("object") for name in ("subject", "object"))
    pairs = own_and_foreign(cosines, said, subjects, objects)  # (I, 2)
    own, foreign = (np.nanmean(np.where(np.isnan(p), np.nan, p >= threshold)) for p in pairs.T)
    shares = {} if np.isnan(threshold) else {"own_stands_out": float(own), "foreign_stands_out": float(foreign)}
    right = float(best(cosines, said, 1.0)[1].mean())
    table = pd.concat(curves, names=["temperature"]).reset_index("temperature").reset_index(drop=True)
    return table, {"relation@1": right, "expected_calibration_error": errors, "pictures": len(ids)} | shares
