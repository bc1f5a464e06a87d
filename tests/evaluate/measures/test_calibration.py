"""Calibration error and reliability, of confidences by hand and against a loop."""

import numpy as np
import pytest

from stages.evaluate.calibration import most_probable
from stages.evaluate.measures.calibration import MEASURE, reliability
from tests.evaluate.project import embedded, inputs, model, triples

STATEMENTS = triples([(0, "man ride horse"), (0, "dog chase cat")])


def error(confidence: np.ndarray, right: np.ndarray) -> float:
    """The expected calibration error from the curve."""
    curve = reliability(confidence, right)
    return ((curve["value"] - curve["chance"]).abs() * curve["count"]).sum() / len(confidence)


def test_the_error_against_a_loop():
    rng = np.random.default_rng(1)
    confidence, right = rng.uniform(0, 1, 200), rng.integers(0, 2, 200)
    slow = 0.0
    for low in range(15):
        inside = [i for i in range(200) if low <= 15 * confidence[i] < low + 1]
        if inside:
            slow += abs(np.mean(confidence[inside]) - np.mean(right[inside])) * len(inside) / 200
    assert error(confidence, right) == pytest.approx(slow)


def test_ranges_without_a_picture_are_left_out():
    curve = reliability(np.array([0.95, 0.9, 0.2]), np.array([1, 0, 0]), bins=2)
    assert curve.values.tolist() == [[0.0, 0.2, 1], [0.5, pytest.approx(0.925), 2]]
    curve = reliability(np.array([1.0, 1.0]), np.array([1, 0]))
    assert curve.to_dict("records") == [{"value": 0.5, "chance": 1.0, "count": 2}]


def test_with_the_right_temperature_confidence_is_accuracy():
    cosines, true = np.array([[0.2, 0.0]] * 10), np.array([[True, False]] * 9 + [[False, True]])
    assert error(*most_probable(cosines, true, 0.02)) == pytest.approx(0.1, abs=1e-3)
    assert error(*most_probable(cosines, true, 0.2 / np.log(9))) == pytest.approx(0, abs=1e-9)


def measured(calibration: dict, test: list[tuple[int, str]]) -> dict[tuple[str, str], float]:
    """The measure on pictures 1 and 2, each nearest to the statement of its number."""
    given = inputs(test=test, statements=STATEMENTS)
    evaluated = model(embedded([1, 2], np.eye(2)), calibration=calibration, statements=np.eye(2))
    found = MEASURE.rows(given, evaluated)
    return dict(zip(zip(found["set"], found["slice"]), found["value"]))


def test_the_model_is_measured_with_both_temperatures_and_the_threshold():
    """Picture 1 states its nearest statement, 2 the other one; fitted shares are 3/4, CLIP's own nearly 1."""
    test = [(1, "man ride horse"), (2, "man ride horse")]
    found = measured({"temperature": 1 / np.log(3), "threshold": 0.5}, test)
    assert found["statements", "most probable is right"] == 0.5
    assert found["statements", "own nouns stand out"] == 0.5
    assert found["CLIP's own temperature", "calibration error"] == pytest.approx(0.5)
    assert found["fitted temperature", "calibration error"] == pytest.approx(0.25)
    assert ("statements", "other nouns stand out") not in found  # no picture has other nouns


def test_without_a_fit_or_a_statement_that_a_picture_states():
    found = measured({}, [(1, "man ride horse"), (2, "dog chase cat")])
    assert {name for name, _ in found} == {"statements", "CLIP's own temperature"}
    assert found["statements", "most probable is right"] == 1
    assert measured({}, [(1, "man eat pizza")]) == {}
