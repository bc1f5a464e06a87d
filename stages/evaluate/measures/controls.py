"""Controls: what a scorer reaches that sees no image, or the wrong one."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from stages.evaluate.answers import answer
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure

PRIOR = "no image: how frequent the text is in training"
CLASSIFIER = "no image: a classifier of text embeddings"
SHUFFLED = "another image"


def prior_scores(options: Iterable[str], texts: dict[str, int]) -> dict[str, float]:
    """The language prior of each text: its count in training, by `texts`.

    Ties are settled by the mean count of its word pairs, then of its words.

    >>> found = prior_scores(["man riding horse", "horse riding man"], {"man riding horse": 1})
    >>> {text: round(score, 2) for text, score in found.items()}
    {'man riding horse': 1.0, 'horse riding man': 0.0}
    """
    pairs: Counter = Counter()
    words: Counter = Counter()
    for text, count in texts.items():
        for table, keys in ((pairs, pairwise(text.split())), (words, text.split())):
            for key in keys:
                table[key] += count
    total = max(1, sum(texts.values()))

    def score(text: str) -> float:
        pair = np.mean([pairs[key] for key in pairwise(text.split())] or [0]) / total
        word = np.mean([words[key] for key in text.split()] or [0]) / total
        return texts.get(text, 0) + 1e-3 * pair + 1e-6 * word

    return {text: score(text) for text in options}


def guesses(scores: np.ndarray) -> np.ndarray:
    """The chance of a right answer for a reader that guesses among the options it scores highest, (N,).

    `scores` (N, K+1) with the true option first, -inf for absent ones; NaN without another option. A model gets no
    point for a tie, but a blind reader without a preference is at chance.

    >>> guesses(np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.7], [0.4, -np.inf]])).tolist()
    [1.0, 0.5, 0.0, nan]
    """
    best = scores.max(axis=1)  # (N,)
    right = (scores[:, 0] == best) / (scores == best[:, None]).sum(axis=1)  # (N,)
    return np.where(np.isinf(scores[:, 1:]).all(axis=1), np.nan, right)


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """By set, `slice` being the control; the language prior and the classifier see texts alone."""
    options = inputs.members["text"]  # (N, K+1)
    prior = prior_scores(set(options.ravel()) - {None}, inputs.prior)
    columns = {(PRIOR, "i2t"): guesses(np.vectorize(lambda text: prior.get(text, -np.inf))(options))}
    places = model.texts.rows(options)  # (N, K+1)
    anchor = inputs.classified["place"].to_numpy() == 0
    if anchor.any() and not anchor.all():
        learned = model.texts.of(inputs.classified["text"].to_numpy())  # (M, D)
        reader = LogisticRegression(max_iter=1000, class_weight="balanced").fit(learned, anchor)
        values = reader.decision_function(model.texts.embeddings)  # (T,)
        columns[CLASSIFIER, "i2t"] = guesses(np.where(places >= 0, values[places], -np.inf))
    order = np.random.default_rng([inputs.seed, len(model.images.keys)]).permutation(len(model.images.keys))
    shuffled = answer(inputs, model.images._replace(embeddings=model.images.embeddings[order]), model.texts)
    columns |= {(SHUFFLED, direction): shuffled[direction].to_numpy() for direction in ("i2t", "t2i")}
    sets, found = inputs.tuples["set"].to_numpy(), []
    for (name, direction), values in columns.items():
        means = pd.Series(values).groupby(sets, sort=False).agg(["mean", "count"]).dropna()
        found += [(group, direction, name, row["mean"], int(row["count"])) for group, row in means.iterrows()]
    return pd.DataFrame(found, columns=[*KEYS, "value", "count"])


MEASURE = Measure(
    rows,
    "Controls",
    "Accuracy in percent without the right image. Blind scores far above chance mean that a set can partly be solved "
    "from language alone; another image must bring a model to chance.",
    texts=lambda inputs: inputs.classified["text"],
    order=90,
    columns=(),
    folded=True,
)
