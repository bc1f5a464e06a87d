"""Controls: what a scorer reaches that sees no image, or the wrong one."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from stages.evaluate.exact import Items
from stages.evaluate.relation import answer, padded_positions


def prior_scores(options: list[list[str]], train_texts: Iterable[str]) -> np.ndarray:
    """Language prior of every option, (N, K+1), NaN where a row has fewer: frequency in training.

    The whole text's count, then, for texts never seen, the mean count of its word pairs, then of its
    words: each back-off weighs so little that it only settles ties of the one before.

    >>> prior_scores([["man riding horse", "horse riding man"]], ["man riding horse"]).round(2).tolist()
    [[1.0, 0.0]]
    """
    texts = Counter(train_texts)
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
        return texts[text] + 1e-3 * pair + 1e-6 * word

    scores = np.full((len(options), max([2, *map(len, options)])), np.nan)  # (N, K+1)
    for index, row in enumerate(options):
        scores[index, : len(row)] = [score(text) for text in row]
    return scores


def guesses(scores: np.ndarray) -> np.ndarray:
    """The share of right answers of a reader that guesses among the options it scores highest, (N,).

    `scores` (N, K+1) with the true option first, NaN for absent ones; NaN without negatives. Models get
    no point for a tie, but a blind reader without a preference is at chance, not below it.

    >>> guesses(np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.7], [0.4, np.nan]])).tolist()
    [1.0, 0.5, 0.0, nan]
    """
    best = np.fmax.reduce(scores, axis=1)  # (N,)
    equals = (scores == best[:, None]).sum(axis=1)  # (N,)
    right = np.where(scores[:, 0] == best, 1 / equals, 0.0)
    return np.where(np.isnan(scores[:, 1:]).all(axis=1), np.nan, right)


def text_classifier(true: np.ndarray, false: np.ndarray) -> LogisticRegression:
    """A classifier of anchors' against negatives' text embeddings, (N, D) and (M, D), of training tuples."""
    both = np.concatenate([true, false])  # (N + M, D)
    labels = np.repeat([1, 0], [len(true), len(false)])
    return LogisticRegression(max_iter=1000, class_weight="balanced").fit(both, labels)


def controls(
    table: pd.DataFrame, said: pd.Series, drawn: pd.DataFrame, items: Items, seed: int
) -> dict[str, dict[str, float]]:
    """Per set, the accuracy without an image and with the wrong one.

    `table` are the `questions` of the test split, `said` the anchors' texts of the training tuples, `drawn` the `text`
    and `negative_texts` of some of these. `language_prior` and `text_classifier`, which learns from `drawn`, see texts
    alone; `shuffled_i2t` and `shuffled_t2i` another image's embedding, drawn from `seed`.
    """
    columns = {"language_prior": guesses(prior_scores(table["texts"].tolist(), said))}
    anchors, others = items.of_texts(drawn["text"]), drawn["negative_texts"].explode().dropna()  # (N, D), (M,)
    if len(anchors) and len(others):
        options = padded_positions(table["texts"], items.text_index)  # (N, K+1)
        values = text_classifier(anchors, items.of_texts(others)).decision_function(items.texts)  # (T,)
        columns["text_classifier"] = guesses(np.where(options >= 0, values[options], np.nan))
    order = np.random.default_rng([seed, len(items.images)]).permutation(len(items.images))
    shuffled = answer(table, items._replace(images=items.images[order]))
    columns |= {f"shuffled_{name}": shuffled[name].to_numpy() for name in ("i2t", "t2i")}
    means = pd.DataFrame(columns).groupby(table["set"].to_numpy(), sort=False).mean()
    return {group: row.dropna().to_dict() for group, row in means.iterrows()}
