"""Temperature scaling on matrices of cosines by hand."""

import numpy as np
import pandas as pd
import pytest

from stages.common.clip.calibration import (
    best,
    expected_calibration_error,
    fit_temperature,
    fit_threshold,
    own_and_foreign,
    probabilities,
    reliability,
    surprise,
)


def test_probabilities_add_up_to_one_at_any_temperature():
    cosines = np.random.default_rng(0).uniform(-1, 1, (5, 7))
    for temperature in (1e-3, 0.03, 10):
        assert np.allclose(probabilities(cosines, temperature).sum(axis=1), 1)
        assert (probabilities(cosines, temperature).argmax(axis=1) == cosines.argmax(axis=1)).all()


def test_of_what_is_said_twice_the_probabilities_add_up():
    """Shares 1/3 each, two of them said: minus log 2/3."""
    assert surprise(np.zeros((1, 3)), np.array([[True, True, False]]), 0.1) == pytest.approx(np.log(1.5))


def test_more_pictures_than_are_looked_at_at_once_count_alike():
    """300 pictures, some rows at a time, against all at once."""
    rng = np.random.default_rng(2)
    cosines, said = rng.uniform(-1, 1, (300, 6)), np.eye(6, dtype=bool)[rng.integers(6, size=300)]
    shares = probabilities(cosines, 0.1)  # (300, 6)
    assert surprise(cosines, said, 0.1) == pytest.approx(-np.log(shares[said]).mean())
    confidence, right = best(cosines, said, 0.1)
    assert (confidence == shares.max(axis=1)).all() and (right == said[range(300), shares.argmax(axis=1)]).all()


def test_the_temperature_is_that_by_which_probabilities_were_drawn():
    """Nine of ten pictures say the statement that is 0.2 ahead: odds of 9 at 0.2 / log 9 = 0.0910."""
    cosines = np.array([[0.2, 0.0]] * 10)
    said = np.array([[True, False]] * 9 + [[False, True]])
    assert fit_temperature(cosines, said) == pytest.approx(0.2 / np.log(9), abs=1e-4)
    assert fit_temperature(3 * cosines, said) == pytest.approx(0.6 / np.log(9), abs=3e-4)


def test_after_the_fit_confidence_is_accuracy():
    cosines = np.array([[0.2, 0.0]] * 10)
    said = np.array([[True, False]] * 9 + [[False, True]])
    errors = []
    for temperature in (0.02, fit_temperature(cosines, said)):
        errors.append(expected_calibration_error(reliability(*best(cosines, said, temperature))))
    assert errors[0] == pytest.approx(0.1, abs=1e-3) and errors[1] < 1e-3


def test_expected_calibration_error_against_a_loop():
    rng = np.random.default_rng(1)
    confidence, right = rng.uniform(0, 1, 200), rng.integers(0, 2, 200)
    slow = 0.0
    for low in range(15):
        inside = [i for i in range(200) if low <= 15 * confidence[i] < low + 1]
        if inside:
            slow += abs(np.mean(confidence[inside]) - np.mean(right[inside])) * len(inside) / 200
    assert expected_calibration_error(reliability(confidence, right)) == pytest.approx(slow)


def test_own_nouns_and_those_of_the_next_picture_without_them():
    """Picture 0 shows man and horse, 1 man and dog, 2 cat and box: for 0 the foreign ones are those of 2."""
    subjects = np.array(["man", "horse", "man", "cat"], object)
    objects = np.array(["horse", "man", "dog", "box"], object)
    cosines = np.array([[0.5, 0.6, 0.1, 0.2], [0.1, 0.1, 0.7, 0.3], [0.0, 0.1, 0.2, 0.9]])
    said = np.array([[True, False, False, False], [False, False, True, False], [False, False, False, True]])
    assert own_and_foreign(cosines, said, subjects, objects).tolist() == [[0.6, 0.2], [0.7, 0.3], [0.9, 0.1]]


def test_a_threshold_needs_foreign_nouns_that_are_behind():
    assert fit_threshold(np.array([[0.5, np.nan]])) is None
    assert fit_threshold(np.array([[0.1, 0.5], [0.1, 0.5]])) is None
    assert 0.1 < fit_threshold(np.array([[0.5, 0.1], [0.4, np.nan]])) < 0.4


def test_a_curve_of_one_range():
    curve = reliability(np.array([1.0, 1.0]), np.array([1, 0]))
    assert curve.to_dict("records") == [{"confidence": 1.0, "accuracy": 0.5, "count": 2}]
    assert isinstance(curve, pd.DataFrame) and expected_calibration_error(curve) == 0.5
