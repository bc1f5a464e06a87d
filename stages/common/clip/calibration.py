"""From cosines to probabilities that mean something: temperature scaling (Guo et al. 2017, arXiv 1706.04599).

A picture has cosines with C statements, of which its captions say some. The probability of a statement is its share in
the softmax of cosine / temperature; that of what the captions say is the sum over all that they say.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.linear_model import LogisticRegression

BINS = 15  # of Guo et al.
ROWS = 128  # pictures looked at at once
BOUNDS = np.log([1e-4, 10.0])  # of the temperature; CLIP's own lies between 0.01 and 0.07


def probabilities(cosines: np.ndarray, temperature: float) -> np.ndarray:
    """Shares (..., C), each row adding up to 1, of `cosines` (..., C); a cosine of minus infinity has none.

    >>> probabilities(np.array([0.2, 0.2, -np.inf]), 0.05).tolist()
    [0.5, 0.5, 0.0]
    """
    return softmax(np.asarray(cosines, float) / temperature, axis=-1)  # (..., C)


def in_rows(*arrays: np.ndarray) -> Iterator[list[np.ndarray]]:
    """ROWS rows at a time of arrays (I, ...): what is made of them is small, whatever I."""
    for start in range(0, len(arrays[0]), ROWS):
        yield [array[start : start + ROWS] for array in arrays]


def surprise(cosines: np.ndarray, said: np.ndarray, temperature: float) -> float:
    """Mean over pictures of minus the log of the probability of what is said, of `cosines` and `said` (I, C).

    Temperature 1, cosines 0 and 0: half of the probability is with what is said.

    >>> round(surprise(np.zeros((1, 2)), np.array([[True, False]]), 1.0), 4)
    0.6931
    """
    logs = []
    for some, own in in_rows(cosines, said):
        shares = log_softmax(np.asarray(some, float) / temperature, axis=1)  # (ROWS, C)
        logs.append(logsumexp(np.where(own, shares, -np.inf), axis=1))  # (ROWS,)
    return float(-np.concatenate(logs).mean())


def fit_temperature(cosines: np.ndarray, said: np.ndarray) -> float:
    """The temperature of the least surprise, to 5 digits; `cosines`, `said` (I, C), something said of each picture.

    Three of four pictures say their first statement, by cosines 0.1 and 0: the share 3/4 is at 0.1 / log 3.

    >>> cosines, said = np.array([[0.1, 0.0]] * 4), np.array([[True, False]] * 3 + [[False, True]])
    >>> round(fit_temperature(cosines, said), 3), round(float(0.1 / np.log(3)), 3)
    (0.091, 0.091)
    """
    found = minimize_scalar(lambda log: surprise(cosines, said, np.exp(log)), bounds=BOUNDS, method="bounded")
    return float(f"{np.exp(found.x):.4g}")


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """How often one is right in each of `bins` equal ranges of `confidence` (N,); `right` (N,) bool.

    Columns confidence and accuracy (means) and count, a row a range that has any.

    >>> reliability(np.array([0.95, 0.9, 0.2]), np.array([1, 0, 0]), bins=2).round(3).values.tolist()
    [[0.2, 0.0, 1.0], [0.925, 0.5, 2.0]]
    """
    place = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)  # (N,)
    answers = pd.DataFrame({"confidence": confidence, "accuracy": np.asarray(right, float), "count": 1})
    return answers.groupby(place).agg({"confidence": "mean", "accuracy": "mean", "count": "size"})


def expected_calibration_error(curve: pd.DataFrame) -> float:
    """Mean distance of confidence and accuracy, each range of `reliability` weighing by its count.

    >>> curve = pd.DataFrame({"confidence": [0.2, 0.925], "accuracy": [0.0, 0.5], "count": [1, 2]})
    >>> round(expected_calibration_error(curve), 4)
    0.35
    """
    return float(((curve["confidence"] - curve["accuracy"]).abs() * curve["count"]).sum() / curve["count"].sum())


def best(cosines: np.ndarray, said: np.ndarray, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each picture's best statement, (I,), and whether it is said, (I,) bool."""
    first, rows = cosines.argmax(axis=1), np.arange(len(cosines))  # (I,)
    shares = [probabilities(some, temperature).max(axis=1) for (some,) in in_rows(cosines)]
    return np.concatenate(shares), said[rows, first]


def own_and_foreign(cosines: np.ndarray, said: np.ndarray, subjects: np.ndarray, objects: np.ndarray) -> np.ndarray:
    """The best cosine of each picture with statements about the two nouns of its first statement, and about those of
    the next picture that shares neither noun, (I, 2); NaN where there is no such picture.

    `cosines`, `said` (I, C), something said of each; `subjects`, `objects` (C,) are the statements' nouns.
    """
    code = pd.factorize(np.concatenate([subjects, objects]))[0].reshape(2, -1)  # (2, C)
    low, high = code.min(axis=0), code.max(axis=0)  # (C,), whichever is the subject
    nouns = np.array([[low[c], high[c]] for c in said.argmax(axis=1)])  # (I, 2)
    found = np.full((len(cosines), 2), np.nan)
    for i, own in enumerate(nouns):
        order = np.roll(np.arange(len(nouns)), -i - 1)  # the next picture first
        other = next((nouns[j] for j in order if not set(nouns[j]) & set(own)), None)
        for column, pair in enumerate((own, other)):
            if pair is not None:
                found[i, column] = cosines[i, (low == pair[0]) & (high == pair[1])].max()
    return found


def fit_threshold(pairs: np.ndarray) -> float | None:
    """The cosine at which a picture is as likely to be asked about its own nouns as about foreign ones.

    `pairs` (I, 2) as by `own_and_foreign`; by a logistic regression in which both weigh alike. None where there is
    nothing foreign, or where foreign nouns are not behind.

    >>> fit_threshold(np.array([[0.5, 0.1], [0.5, 0.1]]))
    0.3
    """
    values = pairs.T.ravel()  # (2I,)
    labels, known = np.repeat([1, 0], len(pairs)), ~np.isnan(values)
    if not known[len(pairs) :].any():
        return None
    mean, spread = values[known].mean(), values[known].std() or 1.0
    model = LogisticRegression(class_weight="balanced").fit((values[known, None] - mean) / spread, labels[known])
    slope = model.coef_[0, 0]
    return round(float(mean - spread * model.intercept_[0] / slope), 4) if slope > 0 else None
