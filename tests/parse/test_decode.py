"""The quick decoder finds what Stanza's search finds."""

import numpy as np
import pytest
from scipy.special import log_softmax
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

from stages.parse.decode import one_root_tree


def test_worked_case():
    scores = np.array([[0.0, 0.0, 0.0], [-1.0, 0.0, -2.0], [-2.5, -1.0, 0.0]])
    assert one_root_tree(scores).tolist() == [0, 0, 1]
    assert scores[0, 0] == 0.0, "the scores are left as they are"


@pytest.mark.parametrize(
    "scores",
    [
        [[0, 0, 0], [-1, 0, -5], [-1, -5, 0]],  # both words prefer the root
        [[0, 0, 0], [-5, 0, -1], [-4, -1, 0]],  # each prefers the other
    ],
)
def test_two_roots_and_cycles_go_to_the_search(scores):
    scores = np.array(scores, np.float32)
    found = one_root_tree(scores)
    assert found.tolist() == chuliu_edmonds_one_root(scores).tolist()
    assert (found[1:] == 0).sum() == 1


@pytest.mark.parametrize("sharpness", [0.0, 3.0, 30.0])
def test_same_tree_as_the_search(sharpness):
    """Noise alone, and noise over a random tree that stands out more or less."""
    rng = np.random.default_rng(int(sharpness))
    for size in [*range(2, 30)] * 5:
        scores = rng.normal(size=(size, size)).astype(np.float32)
        heads = [rng.integers(i) for i in range(1, size)]
        scores[np.arange(1, size), heads] += sharpness
        scores = log_softmax(scores, axis=1)
        assert one_root_tree(scores).tolist() == chuliu_edmonds_one_root(scores).tolist()
