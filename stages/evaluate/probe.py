"""Verb probe: does the image tower itself know the relation?"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def verb_probe(
    images: np.ndarray, verbs: np.ndarray, groups: np.ndarray, folds: int, seed: int
) -> dict[str, float]:
    """Held-out accuracy of a logistic regression from frozen image embeddings to the verb.

    `images` (N, D), one row a triple; `verbs` (N,); `groups` (N,) image ids: no image is in two folds.
    Verbs on fewer than `folds` images are left out. Returns the accuracy, the share of the commonest verb
    and the number of verbs; an empty dictionary where fewer than two verbs remain.
    """
    names, position = np.unique(verbs, return_inverse=True)
    images_of = np.array([len(set(groups[position == verb])) for verb in range(len(names))])
    kept = images_of[position] >= folds
    if len(set(verbs[kept])) < 2:
        return {}
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.1))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    predicted = cross_val_predict(model, images[kept], verbs[kept], groups=groups[kept], cv=split)
    _, counts = np.unique(verbs[kept], return_counts=True)
    accuracy = float((predicted == verbs[kept]).mean())
    return {"accuracy": accuracy, "commonest": float(counts.max() / kept.sum()), "verbs": len(counts)}
