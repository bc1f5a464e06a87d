"""Temperature scaling (Guo et al. 2017, arXiv 1706.04599), and the cosine from which a relation stands out.

A picture has cosines with C statements, some of which its captions state. The probability of a statement is its share
in the softmax of cosine / temperature.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from stages.common.clip.embedding_table import EmbeddingTable
from stages.common.language.statements import stated

MAX_PICTURES = 1000  # of split val
BOUNDS = np.log([1e-4, 10.0])  # of the temperature; CLIP's own is between 0.01 and 0.07


def pictures_of(triples: pd.DataFrame, statements: pd.DataFrame) -> list[int]:
    """The ids of images with a triple among the statements, sorted."""
    return sorted(triples.loc[triples["text"].isin(statements["text"]), "image_id"].unique().tolist())


def calibrate(statements: pd.DataFrame, texts: np.ndarray, triples: pd.DataFrame, images: EmbeddingTable) -> dict:
    """Temperature and threshold of a model, fitted on pictures of split val; empty where there is no such picture.

    `texts` (C, D) are the statements' embeddings, `triples` those of split val. "relation@1" is how often a caption
    states the most probable statement, in percent, with Wilson's 95% interval.
    """
    ids = pictures_of(triples, statements)[:MAX_PICTURES]
    if not ids:
        return {}
    cosines = images.of(ids) @ texts.T  # (I, C)
    true = stated(statements["text"], triples, pd.Index(ids))  # (I, C)
    temperature = fit_temperature(cosines, true)
    test = binomtest(int(most_probable(cosines, true, temperature)[1].sum()), len(ids))
    return {
        "temperature": temperature,
        "threshold": fit_threshold(matched_vs_mismatched(cosines, true, statements)),
        "statements": len(statements),
        "pictures": len(ids),
        "relation@1": [round(100 * float(v), 1) for v in (test.statistic, *test.proportion_ci(method="wilson"))],
    }


def negative_log_likelihood(cosines: np.ndarray, true: np.ndarray, temperature: float) -> float:
    """The mean over pictures of -log of the probability of all their true statements; `cosines`, `true` (I, C)."""
    shares = log_softmax(cosines / temperature, axis=1)  # (I, C)
    return float(-logsumexp(np.where(true, shares, -np.inf), axis=1).mean())


def fit_temperature(cosines: np.ndarray, true: np.ndarray) -> float:
    """The temperature of the least negative log likelihood, to 4 digits; every picture has a true statement."""
    loss = lambda log: negative_log_likelihood(cosines, true, np.exp(log))  # noqa: E731
    return float(f"{np.exp(minimize_scalar(loss, bounds=BOUNDS, method='bounded').x):.4g}")


def matched_vs_mismatched(cosines: np.ndarray, true: np.ndarray, statements: pd.DataFrame) -> np.ndarray:
    """Each picture's best cosine with statements about its own two nouns, and about those of another picture, (I, 2).

    Its own are the nouns of its first true statement; the other picture is the next one that shares neither noun, NaN
    where there is none. `cosines`, `true` (I, C).
    """
    nouns = pd.factorize(statements[["subject", "object"]].to_numpy(object).ravel())[0].reshape(-1, 2)
    nouns = np.sort(nouns, axis=1)  # (C, 2), whichever is the subject
    own = nouns[true.argmax(axis=1)]  # (I, 2)
    found = np.full((len(cosines), 2), np.nan)
    for i, pair in enumerate(own):
        later = np.roll(own, -i - 1, axis=0)  # (I, 2), the next picture first
        other = later[~np.isin(later, pair).any(axis=1)][:1]  # (0 or 1, 2)
        for column, both in enumerate([pair, *other]):
            found[i, column] = cosines[i, (nouns == both).all(axis=1)].max()
    return found


def fit_threshold(pairs: np.ndarray) -> float | None:
    """The cosine above which a statement is more likely about the picture's own nouns than about another's.

    `pairs` (I, 2) as by `matched_vs_mismatched`; by logistic regression with equal weight for both. None without
    mismatched pairs, or where they do not score lower.
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
    shares = [softmax(row / temperature).max() for row in cosines]  # row by row, to bound memory
    return np.array(shares), true[np.arange(len(cosines)), cosines.argmax(axis=1)]
