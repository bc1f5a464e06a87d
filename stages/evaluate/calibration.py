"""Temperature scaling (Guo et al. 2017, arXiv 1706.04599), and the cosine from which a relation stands out.

A picture has cosines with C statements, some of which its captions state. The probability of a statement is its share
in the softmax of cosine / temperature.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from stages.common.clip.embedding_table import EmbeddingTable
from stages.common.language.statements import stated

AT_ONCE = 128  # pictures
MAX_PICTURES = 1000  # of split val
BOUNDS = np.log([1e-4, 10.0])  # of the temperature; CLIP's own is between 0.01 and 0.07


def pictures_of(triples: pd.DataFrame, statements: pd.DataFrame) -> list[int]:
    """The ids of images with a triple among the statements, sorted."""
    return sorted(triples.loc[triples["text"].isin(statements["text"]), "image_id"].unique().tolist())


def calibrate(statements: pd.DataFrame, triples: pd.DataFrame, images: EmbeddingTable, texts: EmbeddingTable) -> dict:
    """Temperature and threshold of a model, fitted on pictures of split val; empty where there is no such picture.

    `triples` are those of split val. "relation@1" is how often the most probable statement is stated, in percent, with
    Wilson's 95% interval.
    """
    ids = pictures_of(triples, statements)[:MAX_PICTURES]
    if not ids:
        return {}
    cosines = images.of(ids) @ texts.of(statements["text"]).T  # (I, C)
    true = stated(statements["text"], triples, pd.Index(ids))  # (I, C)
    right = true[np.arange(len(ids)), cosines.argmax(axis=1)]  # (I,)
    test = binomtest(int(right.sum()), len(right))
    low, high = test.proportion_ci(method="wilson")
    return {
        "temperature": fit_temperature(cosines, true),
        "threshold": fit_threshold(matched_vs_mismatched(cosines, true, statements)),
        "statements": len(statements),
        "pictures": len(ids),
        "relation@1": [round(100 * float(value), 1) for value in (test.statistic, low, high)],
    }


def row_chunks(*arrays: np.ndarray) -> Iterator[list[np.ndarray]]:
    """AT_ONCE rows at a time of arrays (I, ...), to bound memory."""
    for start in range(0, len(arrays[0]), AT_ONCE):
        yield [array[start : start + AT_ONCE] for array in arrays]


def negative_log_likelihood(cosines: np.ndarray, true: np.ndarray, temperature: float) -> float:
    """The mean over pictures of -log of the probability of all their true statements; `cosines`, `true` (I, C).

    Temperature 1, cosines 0 and 0: the true statement has probability 1/2.

    >>> round(negative_log_likelihood(np.zeros((1, 2)), np.array([[True, False]]), 1.0), 4)
    0.6931
    """
    logs = []
    for some, own in row_chunks(cosines, true):
        shares = log_softmax(some / temperature, axis=1)  # (B, C)
        logs.append(logsumexp(np.where(own, shares, -np.inf), axis=1))  # (B,)
    return float(-np.concatenate(logs).mean())


def fit_temperature(cosines: np.ndarray, true: np.ndarray) -> float:
    """The temperature of the least negative log likelihood, to 4 digits; every picture has a true statement.

    Three of four pictures state their first statement, with cosines 0.1 and 0: its share is 3/4 at 0.1 / log 3.

    >>> cosines, true = np.array([[0.1, 0.0]] * 4), np.array([[True, False]] * 3 + [[False, True]])
    >>> round(fit_temperature(cosines, true), 3), round(float(0.1 / np.log(3)), 3)
    (0.091, 0.091)
    """
    loss = lambda log: negative_log_likelihood(cosines, true, np.exp(log))  # noqa: E731
    return float(f"{np.exp(minimize_scalar(loss, bounds=BOUNDS, method='bounded').x):.4g}")


def matched_vs_mismatched(cosines: np.ndarray, true: np.ndarray, statements: pd.DataFrame) -> np.ndarray:
    """Each picture's best cosine with statements about its own two nouns, and about those of another picture, (I, 2).

    Its own are the nouns of its first true statement; the other picture is the next one that shares neither noun, NaN
    where there is none. `cosines`, `true` (I, C).
    """
    nouns = statements[["subject", "object"]].to_numpy(object)  # (C, 2)
    code = np.sort(pd.factorize(nouns.ravel())[0].reshape(-1, 2), axis=1)  # (C, 2), whichever is the subject
    own = code[true.argmax(axis=1)]  # (I, 2)
    found = np.full((len(cosines), 2), np.nan)
    for i, pair in enumerate(own):
        order = np.roll(np.arange(len(own)), -i - 1)  # the next picture first
        other = next((own[j] for j in order if not set(own[j]) & set(pair)), None)
        for column, asked in enumerate((pair, other)):
            if asked is not None:
                found[i, column] = cosines[i, (code == asked).all(axis=1)].max()
    return found


def fit_threshold(pairs: np.ndarray) -> float | None:
    """The cosine above which a picture is more likely asked about its own nouns than about another's.

    `pairs` (I, 2) as by `matched_vs_mismatched`; by logistic regression with equal weight for both. None without
    mismatched pairs, or where they do not score lower.

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


def most_probable(cosines: np.ndarray, true: np.ndarray, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each picture's best statement, (I,), and whether it is true, (I,) bool."""
    shares = [softmax(some / temperature, axis=1).max(axis=1) for (some,) in row_chunks(cosines)]
    return np.concatenate(shares), true[np.arange(len(cosines)), cosines.argmax(axis=1)]
