"""Blind scores and shuffled images."""

import numpy as np
import pandas as pd

from stages.evaluate.controls import controls, guesses, prior_scores
from stages.evaluate.exact import Items


def test_prior_prefers_the_text_seen_more_often():
    train = ["man riding horse"] * 3 + ["man feeding horse"]
    scores = prior_scores([["man riding horse", "man feeding horse"], ["man feeding horse"]], train)
    assert scores[0, 0] > scores[0, 1]
    assert np.isnan(scores[1, 1])


def test_unseen_texts_fall_back_to_word_pairs_then_words():
    train = ["man riding horse", "dog chasing cat"]
    (row,) = prior_scores([["girl riding horse", "girl feeding horse", "girl feeding kite"]], train)
    assert row[0] > row[1] > row[2] == 0


def test_a_reader_without_a_preference_is_at_chance():
    """Among two and among three equals, and where only the negatives are alike."""
    scores = np.array([[0.0, 0.0, np.nan], [0.0, 0.0, 0.0], [0.1, 0.2, 0.2]])
    assert guesses(scores).tolist() == [1 / 2, 1 / 3, 0.0]


def _items(count: int) -> Items:
    """Images 0, 1, ... and texts "0", "1", ..., the same random unit vectors."""
    units = np.random.default_rng(0).normal(size=(count, 16))
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    return Items(pd.Index(range(count)), units, pd.Index([str(image) for image in range(count)]), units)


def test_shuffled_images_fall_to_chance_where_true_ones_are_perfect():
    count = 2000
    table = pd.DataFrame(
        {
            "set": "random",
            "images": [[index, (index - 1) % count] for index in range(count)],
            "texts": [[str(index), str((index - 1) % count)] for index in range(count)],
        }
    )
    none = pd.DataFrame({"text": [], "negative_texts": []})
    found = controls(table, none["text"], none, _items(count), 0)["random"]
    assert abs(found["shuffled_i2t"] - 0.5) < 0.04 and abs(found["shuffled_t2i"] - 0.5) < 0.04
    assert found["language_prior"] == 0.5 and "text_classifier" not in found


def test_blind_readers_learn_what_negatives_look_like():
    """In training "0" is always true and "1" always false; t2i is not asked, so it has no mean."""
    table = pd.DataFrame({"set": ["swapped"] * 2, "images": [[0], [2]], "texts": [["0", "1"]] * 2})
    train = pd.DataFrame({"text": ["0"] * 2, "negative_texts": [["1"]] * 2})
    found = controls(table, train["text"], train, _items(3), 0)["swapped"]
    assert (found["language_prior"], found["text_classifier"]) == (1, 1)
    assert "shuffled_t2i" not in found
