"""Verb probe: does the image tower itself know the relation?"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from stages.evaluate.exact import Items

FOLDS = 5


def verb_probe(triples: pd.DataFrame, items: Items, seed: int, folds: int = FOLDS) -> dict[str, float]:
    """Held-out accuracy of a logistic regression from the frozen embedding of each triple's image to its verb.

    No image is in two folds. Verbs on fewer than `folds` images are left out. Returns the accuracy, the share of the
    commonest verb and the number of verbs; an empty dictionary where fewer than two verbs remain.
    """
    images, groups = items.of_images(triples["image_id"]), triples["image_id"].to_numpy()  # (N, D), (N,)
    verbs = triples["relation"].to_numpy(str)  # (N,)
    names, position = np.unique(verbs, return_inverse=True)
    images_of = np.array([len(set(groups[position == verb])) for verb in range(len(names))])
    kept = images_of[position] >= folds
    if len(set(verbs[kept])) < 2:
        return {}
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.1))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with threadpool_limits(1):  # products so small are six times as fast on one thread
        predicted = cross_val_predict(model, images[kept], verbs[kept], groups=groups[kept], cv=split)
    _, counts = np.unique(verbs[kept], return_counts=True)
    accuracy = float((predicted == verbs[kept]).mean())
    return {"accuracy": accuracy, "commonest": float(counts.max() / kept.sum()), "verbs": len(counts)}
