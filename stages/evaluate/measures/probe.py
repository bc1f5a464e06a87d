"""Verb probe: does the image embedding contain the relation?"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure

FOLDS = 5


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """Accuracy of a logistic regression from image embeddings to verbs, and the share of the most frequent verb.

    Cross-validated with no image in two folds. Verbs on fewer than FOLDS images are left out; no row where fewer than
    two verbs remain.
    """
    triples = inputs.triples_of("test")
    images, groups = model.images.of(triples["image_id"].to_numpy()), triples["image_id"].to_numpy()  # (N, D), (N,)
    images_of = triples.groupby("relation")["image_id"].transform("nunique").to_numpy()  # (N,)
    verbs, kept = triples["relation"].to_numpy(str), images_of >= FOLDS  # (N,)
    _, counts = np.unique(verbs[kept], return_counts=True)
    if len(counts) < 2:
        return pd.DataFrame(columns=[*KEYS, "value", "count"])
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.1))
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=inputs.seed)
    with threadpool_limits(1):  # products so small are six times as fast on one thread
        predicted = cross_val_predict(classifier, images[kept], verbs[kept], groups=groups[kept], cv=split)
    found = {"accuracy": (predicted == verbs[kept]).mean(), "most frequent verb": counts.max() / kept.sum()}
    table = [("verbs", "i2t", name, value, int(kept.sum())) for name, value in found.items()]
    return pd.DataFrame(table, columns=[*KEYS, "value", "count"])


MEASURE = Measure(
    rows,
    "Verb probe",
    "How well, in percent, a logistic regression reads the verb from the frozen image embedding (5 folds, no image in "
    "two), beside the share of the most frequent verb.",
    order=50,
    columns=("slice",),
)
