"""The best tree over a sentence: the shortcut and Stanza's search give the same."""

import numpy as np
import pytest
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

from stages.parse import heads
from stages.parse.heads import best_tree


def test_the_best_heads_are_the_tree_where_they_make_one():
    """Of "dogs chase cats" chase (2) hangs on the root, dogs (1) and cats (3) on chase.

    | word | root | dogs | chase | cats |
    |---|---|---|---|---|
    | dogs | -5 | - | -1 | -7 |
    | chase | -1 | -4 | - | -5 |
    | cats | -6 | -3 | -2 | - |
    """
    scores = np.array([[0.0, 0, 0, 0], [-5, 0, -1, -7], [-1, -4, 0, -5], [-6, -3, -2, 0]], dtype=np.float32)
    assert best_tree(scores).tolist() == [0, 2, 0, 2]


def test_a_cycle_is_left_to_stanza():
    """Both words like each other best (-1, -1) and the root less: the first pays 2 for it, the second 4."""
    scores = np.array([[0.0, 0, 0], [-3, 0, -1], [-5, -1, 0]], dtype=np.float32)
    assert best_tree(scores).tolist() == [0, 0, 1]


def test_two_words_of_the_root_are_left_to_stanza():
    """Each word likes the root best (-1): the one that minds the other least (-2 against -4) gives way."""
    scores = np.array([[0.0, 0, 0], [-1, 0, -4], [-1, -2, 0]], dtype=np.float32)
    assert best_tree(scores).tolist() == [0, 0, 1]


@pytest.mark.parametrize("words", [1, 2, 3, 7, 12, 30])
def test_it_is_the_search_s_tree(words, monkeypatch):
    """On random scores, and on scores that favour some tree, for which the search is not called."""
    rng = np.random.default_rng(words)
    searched = []
    monkeypatch.setattr(
        heads, "chuliu_edmonds_one_root", lambda scores: searched.append(1) or chuliu_edmonds_one_root(scores)
    )
    for strength in [0.0] * 20 + [100.0] * 20:
        scores = rng.normal(size=(words + 1, words + 1)).astype(np.float32) - 5
        order = rng.permutation(words) + 1
        for place, word in enumerate(order):
            scores[word, 0 if place == 0 else rng.choice(order[:place])] += strength
        kept = scores.copy()
        assert best_tree(scores).tolist() == chuliu_edmonds_one_root(scores).tolist()
        assert (scores == kept).all()
    assert len(searched) <= 20
