"""Temperature scaling on matrices of cosines by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from stages.evaluate.calibration import (
    calibrate,
    fit_temperature,
    fit_threshold,
    matched_vs_mismatched,
    most_probable,
    negative_log_likelihood,
)
from tests.evaluate.project import embedded, triples


def test_likelihood_and_confidence_against_plain_probabilities():
    """Those of all true statements add up: of three shares of 1/3, two are true, minus log 2/3."""
    found = negative_log_likelihood(np.zeros((1, 3)), np.array([[True, True, False]]), 0.1)
    assert found == pytest.approx(np.log(1.5))
    rng = np.random.default_rng(2)
    cosines, true = rng.uniform(-1, 1, (300, 6)), np.eye(6, dtype=bool)[rng.integers(6, size=300)]
    shares = softmax(cosines / 0.1, axis=1)  # (300, 6)
    assert negative_log_likelihood(cosines, true, 0.1) == pytest.approx(-np.log(shares[true]).mean())
    confidence, right = most_probable(cosines, true, 0.1)
    assert (confidence == shares.max(axis=1)).all() and (right == true[range(300), shares.argmax(axis=1)]).all()


def test_the_temperature_is_that_by_which_probabilities_were_drawn():
    """Nine of ten pictures state the statement that is 0.2 ahead: odds of 9 at 0.2 / log 9 = 0.0910."""
    cosines, true = np.array([[0.2, 0.0]] * 10), np.array([[True, False]] * 9 + [[False, True]])
    assert fit_temperature(cosines, true) == pytest.approx(0.2 / np.log(9), abs=1e-4)
    assert fit_temperature(3 * cosines, true) == pytest.approx(0.6 / np.log(9), abs=3e-4)


def test_own_nouns_and_those_of_the_next_picture_without_them():
    """Picture 0 shows man and horse, 1 man and dog, 2 cat and box: for 0 the other nouns are those of 2."""
    subjects, objects = ["man", "horse", "man", "cat"], ["horse", "man", "dog", "box"]
    cosines = np.array([[0.5, 0.6, 0.1, 0.2], [0.1, 0.1, 0.7, 0.3], [0.0, 0.1, 0.2, 0.9]])
    true = np.array([[True, False, False, False], [False, False, True, False], [False, False, False, True]])
    statements = pd.DataFrame({"subject": subjects, "object": objects})
    assert matched_vs_mismatched(cosines, true, statements).tolist() == [[0.6, 0.2], [0.7, 0.3], [0.9, 0.1]]
    alone = matched_vs_mismatched(cosines[:1], true[:1], statements)
    np.testing.assert_array_equal(alone, [[0.6, np.nan]])


def test_a_threshold_is_between_own_and_other_nouns_which_score_lower():
    assert fit_threshold(np.array([[0.5, 0.1], [0.5, 0.1]])) == 0.3
    assert 0.1 < fit_threshold(np.array([[0.5, 0.1], [0.4, np.nan]])) < 0.4
    assert fit_threshold(np.array([[0.5, np.nan]])) is None
    assert fit_threshold(np.array([[0.1, 0.5], [0.1, 0.5]])) is None


def test_a_model_is_calibrated_on_the_pictures_whose_captions_state_a_statement():
    """Pictures 1 and 2 state their nearest statement, 3 the other one, 4 none of them."""
    statements = triples([(0, "man ride horse"), (0, "dog chase cat")])
    stated = triples([(1, "man ride horse"), (2, "dog chase cat"), (3, "man ride horse"), (4, "man eat pizza")])
    images = embedded([1, 2, 3], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    found = calibrate(statements, np.eye(2), stated, images)
    assert (found["statements"], found["pictures"]) == (2, 3)
    assert found["relation@1"] == [66.7, 20.8, 93.9] and found["temperature"] == pytest.approx(1 / np.log(2), abs=2e-3)
    assert calibrate(statements, np.eye(2), stated[3:], images) == {}
