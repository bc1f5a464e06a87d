"""What the tuples hold, in numbers, and how well a reader of texts alone does on them."""

from collections import Counter

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from stages.negatives.kinds import KINDS


def summarise(tuples: pd.DataFrame, triples: pd.DataFrame, refused: dict[str, Counter]) -> dict:
    """Of each set in `refused`: counts by split, refusals by rule, and the blind classifier's accuracy on test.

    Also what differs in its negatives, so that later stages need not know the kinds.
    """
    anchors = triples.set_index("triple_id").loc[tuples["anchor"]].reset_index(drop=True)
    table = tuples.reset_index(drop=True).join(anchors[["subject", "relation", "object", "text"]])
    blind = blind_accuracy(table)
    return {
        "sets": {
            name: _counts(table[table["set"] == name])
            | {"refused": dict(sorted(rules.items())), "blind_classifier": blind.get(name)}
            | {"differs": KINDS[name].differs}
            for name, rules in refused.items()
        }
    }


def _counts(table: pd.DataFrame) -> dict:
    splits = table["split"].value_counts()
    paired = table["negatives"].map(len) > 0
    test = table[table["split"] == "test"]
    return {
        "tuples": {split: int(splits.get(split, 0)) for split in ("train", "val", "test")},
        "verbs": int(table["relation"].nunique()),
        "pairs": int(table[["subject", "object"]].drop_duplicates().shape[0]),
        "with_image": round(float(paired.mean()), 4) if len(table) else None,
        "test_unseen_relation": int(test["unseen_relation"].sum()),
        "test_unseen_triple": int(test["unseen_triple"].sum()),
    }


def text_accuracy(table: pd.DataFrame, score) -> pd.Series:
    """By set, how often a reader of texts alone prefers `text` to its negatives; an m-fold tie is 1/m.

    `score` maps a list of texts to numbers.
    """
    unique = pd.Index(sorted({*table["text"], *table["negative_texts"].explode()}))
    scores = pd.Series(score(list(unique)), index=unique)
    own = scores.loc[table["text"]].to_numpy()
    long = table["negative_texts"].reset_index(drop=True).explode()
    rivals = pd.Series(scores.loc[long].to_numpy(), index=long.index)
    best = rivals.groupby(level=0).max().to_numpy()
    ties = (rivals == own[rivals.index]).groupby(level=0).sum().to_numpy()
    right = np.where(own < best, 0.0, 1 / (1 + ties))
    return pd.Series(right).groupby(table["set"].to_numpy()).mean()


def blind_accuracy(table: pd.DataFrame) -> dict[str, float]:
    """Accuracy on test, by set, of a text classifier trained on train: true texts against negatives.

    Logistic regression on hashed word n-grams. Chance is 1 / (K+1).
    """
    train, test = table[table["split"] == "train"], table[table["split"] == "test"]
    if train.empty or test.empty:
        return {}
    texts = pd.concat([train["text"], train["negative_texts"].explode()])
    codes, unique = pd.factorize(texts)
    labels = np.arange(len(texts)) < len(train)
    hashed = HashingVectorizer(n_features=2**18, ngram_range=(1, 3), alternate_sign=False)
    reader = SGDClassifier(loss="log_loss", random_state=0).fit(hashed.transform(unique)[codes], labels)
    found = text_accuracy(test, lambda texts: reader.decision_function(hashed.transform(texts)))
    return {name: round(float(value), 4) for name, value in found.items()}
