"""Accuracy in percent without the right image. Blind scores far above chance mean that a set can partly be solved from
language alone; another image must bring a model to chance.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from stages.evaluate.answers import answer
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import COLUMNS, Evaluated, Measure


def prior_scores(options: Iterable[str], texts: dict[str, int]) -> dict[str, float]:
    """The language prior of each text: its count in training, by `texts`.

    Ties are settled by the mean count of its word pairs, then of its words.
    """
    total, counts = max(1, sum(texts.values())), Counter()  # counts of words and of word pairs
    for text, count in texts.items():
        for part in (*text.split(), *pairwise(text.split())):
            counts[part] += count

    def share(parts: Iterable) -> float:
        return np.mean([counts[part] for part in parts] or [0]) / total

    words = {text: text.split() for text in options}
    return {text: texts.get(text, 0) + 1e-3 * share(pairwise(w)) + 1e-6 * share(w) for text, w in words.items()}


def guesses(scores: np.ndarray) -> np.ndarray:
    """The chance of a right answer for a reader that guesses among the options it scores highest, (N,).

    `scores` (N, K+1) with the true option first, -inf for absent ones; NaN without another option. A model gets no
    point for a tie, but a blind reader without a preference is at chance.
    """
    best = scores.max(axis=1)  # (N,)
    right = (scores[:, 0] == best) / (scores == best[:, None]).sum(axis=1)  # (N,)
    return np.where(np.isinf(scores[:, 1:]).all(axis=1), np.nan, right)


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """By set, `slice` being the control; the language prior and the classifier see texts alone."""
    options = inputs.members["text"]  # (N, K+1)
    prior = prior_scores(set(options.ravel()) - {None}, inputs.prior)
    scores = np.vectorize(lambda text: prior.get(text, -np.inf))(options)  # (N, K+1)
    columns = {("no image: how frequent the text is in training", "i2t"): guesses(scores)}
    anchor = inputs.classified["place"].to_numpy() == 0
    if anchor.any() and not anchor.all():
        learned = model.embed(inputs.classified["text"])  # (M, D)
        reader = LogisticRegression(max_iter=1000, class_weight="balanced").fit(learned, anchor)
        values, places = reader.decision_function(model.texts.embeddings), model.texts.rows(options)  # (T,), (N, K+1)
        scores = np.where(places >= 0, values[places], -np.inf)  # (N, K+1)
        columns["no image: a classifier of text embeddings", "i2t"] = guesses(scores)
    order = np.random.default_rng([inputs.seed, len(model.images.keys)]).permutation(len(model.images.keys))
    shuffled = answer(inputs, model.images._replace(embeddings=model.images.embeddings[order]), model.texts)
    columns |= {("another image", direction): shuffled[direction].to_numpy() for direction in ("i2t", "t2i")}
    found = []
    for (name, direction), values in columns.items():
        means = pd.Series(values).groupby(inputs.tuples["set"].to_numpy(), sort=False).agg(["mean", "count"]).dropna()
        found += [(group, direction, name, mean, int(count)) for group, mean, count in means.itertuples()]
    return pd.DataFrame(found, columns=COLUMNS)


MEASURE = Measure(rows, "Controls", __doc__, order=90, columns=())
