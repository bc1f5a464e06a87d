"""How well, in percent, a logistic regression reads the verb from the frozen image embedding (5 folds, no image in
two), beside the share of the most frequent verb.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import COLUMNS, Evaluated, Measure

FOLDS = 5


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """Cross-validated accuracy, and the share of the most frequent verb.

    Verbs on fewer than FOLDS images are left out; no row where fewer than two verbs remain.
    """
    triples = inputs.triples["test"]
    triples = triples[triples.groupby("relation")["image_id"].transform("nunique") >= FOLDS]
    verbs, groups = triples["relation"].to_numpy(str), triples["image_id"].to_numpy()  # (N,)
    if len(np.unique(verbs)) < 2:
        return pd.DataFrame(columns=COLUMNS)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.1))
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=inputs.seed)
    with threadpool_limits(1):  # products so small are six times as fast on one thread
        predicted = cross_val_predict(classifier, model.images.of(groups), verbs, groups=groups, cv=split)
    frequent = triples["relation"].value_counts(normalize=True).iloc[0]
    found = {"accuracy": (predicted == verbs).mean(), "most frequent verb": frequent}
    return pd.DataFrame([("verbs", "i2t", *one, len(verbs)) for one in found.items()], columns=COLUMNS)


MEASURE = Measure(rows, "Verb probe", __doc__, order=50, columns=("slice",))
