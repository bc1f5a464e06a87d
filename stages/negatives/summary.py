"""What the tuples contain, in numbers, and how well a classifier of texts alone does on them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from stages.common.files.tables import SPLITS, tuple_rows
from stages.negatives.kinds import KINDS


def summarise(tuples: pd.DataFrame, refused: dict[str, dict[str, int]]) -> dict:
    """For each set in `refused`: counts by split, refusals by rule, and the blind classifier's accuracy on test.

    Also what differs in its negatives, so that later stages need not know the kinds. Both arguments are make_tuples'.
    """
    blind = blind_accuracy(tuples)
    return {
        "sets": {
            name: _counts(tuples[tuples["set"] == name])
            | {"refused": dict(sorted(rules.items())), "blind_classifier": blind.get(name)}
            | {"differs": KINDS[name].differs}
            for name, rules in refused.items()
        }
    }


def _counts(members: pd.DataFrame) -> dict:
    anchors, first = members[members["place"] == 0], members[members["place"] == 1]
    splits, test = anchors["split"].value_counts(), anchors[anchors["split"] == "test"]
    return {
        "tuples": {split: int(splits.get(split, 0)) for split in SPLITS},
        "verbs": int(anchors["relation"].nunique()),
        "pairs": int(anchors[["subject", "object"]].drop_duplicates().shape[0]),
        "with_image": round(float((first["image_id"] >= 0).mean()), 4) if len(first) else None,
        "test_unseen_relation": int(test["unseen_relation"].sum()),
        "test_unseen_triple": int(test["unseen_triple"].sum()),
    }


def text_accuracy(tuples: pd.DataFrame, score: Callable[[list[str]], np.ndarray]) -> pd.Series:
    """By set, how often `score`, texts to numbers, is highest for the anchor's text; an m-fold tie counts 1/m."""
    codes, distinct = pd.factorize(tuples["text"])
    rows = tuple_rows(tuples["place"].to_numpy())  # (N, K+1)
    scores = np.where(rows >= 0, np.asarray(score(list(distinct)))[codes][rows], -np.inf)  # (N, K+1)
    own = scores[:, :1]  # (N, 1)
    right = (own[:, 0] >= scores.max(axis=1)) / (scores == own).sum(axis=1)  # (N,)
    return pd.Series(right).groupby(tuples["set"].to_numpy()[rows[:, 0]]).mean()


def blind_accuracy(tuples: pd.DataFrame) -> dict[str, float]:
    """By set, the accuracy on test of a classifier that sees texts alone, trained to tell anchors from negatives.

    Logistic regression on hashed word n-grams. Chance is 1 / (K+1).
    """
    train, test = tuples[tuples["split"] == "train"], tuples[tuples["split"] == "test"]
    if train.empty or test.empty:
        return {}
    train = train.sort_values("place", key=lambda place: place > 0, kind="stable")  # anchors first
    codes, distinct = pd.factorize(train["text"])
    hashed = HashingVectorizer(n_features=2**18, ngram_range=(1, 3), alternate_sign=False)
    reader = SGDClassifier(loss="log_loss", random_state=0)
    reader.fit(hashed.transform(distinct)[codes], train["place"].to_numpy() == 0)
    found = text_accuracy(test, lambda texts: reader.decision_function(hashed.transform(texts)))
    return {name: round(float(value), 4) for name, value in found.items()}
