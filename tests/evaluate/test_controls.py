"""Blind scores and shuffled images."""

import numpy as np
import pandas as pd

from stages.evaluate.controls import (
    accuracy_by_set,
    blind_outcomes,
    classifier_scores,
    guesses,
    prior_scores,
    shuffled_answers,
    text_classifier,
)


def test_prior_prefers_the_text_seen_more_often():
    train = ["man riding horse"] * 3 + ["man feeding horse"]
    scores = prior_scores([["man riding horse", "man feeding horse"], ["man feeding horse"]], train)
    assert scores[0, 0] > scores[0, 1]
    assert np.isnan(scores[1, 1])


def test_unseen_texts_fall_back_to_word_pairs_then_words():
    train = ["man riding horse", "dog chasing cat"]
    (row,) = prior_scores([["girl riding horse", "girl feeding horse", "girl feeding kite"]], train)
    assert row[0] > row[1] > row[2] == 0


def test_blind_outcomes_need_no_image():
    table = pd.DataFrame({"texts": [["man riding horse", "horse riding man"]]})
    assert blind_outcomes(table, ["man riding horse"]).tolist() == [1]


def test_a_reader_without_a_preference_is_at_chance():
    """Among two and among three equals, and where only the negatives are alike."""
    scores = np.array([[0.0, 0.0, np.nan], [0.0, 0.0, 0.0], [0.1, 0.2, 0.2]])
    assert guesses(scores).tolist() == [1 / 2, 1 / 3, 0.0]


def test_classifier_learns_what_negatives_look_like():
    true, false = np.array([[1.0, 0.0], [0.9, 0.1]]), np.array([[0.0, 1.0], [0.1, 0.9]])
    scores = classifier_scores(text_classifier(true, false), np.eye(2), np.array([[0, 1], [1, -1]]))
    assert scores[0, 0] > scores[0, 1]
    assert np.isnan(scores[1, 1])


def test_shuffled_images_fall_to_chance_where_true_ones_are_perfect():
    rng, count = np.random.default_rng(0), 2000
    units = rng.normal(size=(count, 16))
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    names = [str(index) for index in range(count)]
    rival = [names[index - 1] for index in range(count)]
    table = pd.DataFrame(
        {
            "images": [[index, (index - 1) % count] for index in range(count)],
            "texts": [[name, other] for name, other in zip(names, rival)],
        }
    )
    shuffled = shuffled_answers(table, pd.Index(range(count)), units, pd.Index(names), units, 0)
    assert abs(shuffled["i2t"].mean() - 0.5) < 0.04
    assert abs(shuffled["t2i"].mean() - 0.5) < 0.04


def test_means_by_set_leave_out_what_was_not_asked():
    means = accuracy_by_set(pd.Series(["random", "random"]), {"shuffled": np.array([1.0, np.nan])})
    assert means == {"random": {"shuffled": 1.0}}
