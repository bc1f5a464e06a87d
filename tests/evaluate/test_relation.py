"""Relation inference on hand-made scores and embeddings with exact answers."""

import numpy as np
import pandas as pd

from stages.evaluate.exact import Items
from stages.evaluate.relation import (
    answer,
    chance,
    option_scores,
    outcomes,
    padded_positions,
    questions,
    unique_items,
)


def test_true_option_must_be_strictly_best():
    scores = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.1], [0.2, 0.1, 0.7], [0.4, np.nan, np.nan]])
    np.testing.assert_array_equal(outcomes(scores), [1, 0, 0, np.nan])


def test_outcomes_equal_a_plain_loop():
    scores = np.random.default_rng(0).integers(0, 4, (200, 4)) / 4
    plain = [float(all(row[0] > other for other in row[1:])) for row in scores]
    np.testing.assert_array_equal(outcomes(scores), plain)


def test_order_of_negatives_changes_nothing():
    rng = np.random.default_rng(1)
    scores = rng.random((50, 5))
    shuffled = np.hstack([scores[:, :1], scores[:, rng.permutation(4) + 1]])
    np.testing.assert_array_equal(outcomes(scores), outcomes(shuffled))


def test_group_chance_is_what_random_scores_reach():
    scores = np.random.default_rng(2).random((60_000, 4))  # true pair, 1 text, 2 images
    right = outcomes(scores[:, :2]) * outcomes(scores[:, [0, 2, 3]])
    assert abs(right.mean() - chance(np.array([2]), np.array([3]))[0]) < 0.01


def test_positions_are_padded_to_at_least_one_negative():
    assert padded_positions([["b"], ["a"]], pd.Index(["a", "b"])).tolist() == [[1, -1], [0, -1]]


def test_absent_options_have_no_score():
    units = np.eye(2, dtype=np.float32)
    scores = option_scores(units, units, np.array([0]), np.array([[0, 1, -1]]))
    np.testing.assert_array_equal(scores, [[1, 0, np.nan]])


def _example():
    """Image 1 shows "dog chasing cat", image 2 "cat chasing dog"; tuple 1 has a text alone."""
    triples = pd.DataFrame(
        {
            "triple_id": [10, 11],
            "image_id": [1, 2],
            "subject": ["dog", "cat"],
            "relation": ["chase", "chase"],
            "particle": [None, None],
            "preposition": [None, None],
            "object": ["cat", "dog"],
            "text": ["dog chasing cat", "cat chasing dog"],
            "dynamic": [True, True],
        }
    )
    tuples = pd.DataFrame(
        {
            "tuple_id": [0, 1],
            "set": ["swapped", "swapped"],
            "anchor": [10, 11],
            "negatives": [[11], []],
            "negative_texts": [["cat chasing dog"], ["dog chasing cat"]],
        }
    )
    return questions(tuples, triples)


def test_a_tuple_with_a_text_alone_is_asked_image_to_text_only():
    table = _example()
    assert table["images"].tolist() == [[1, 2], [2]]
    images = np.array([[1.0, 0.0], [0.8, 0.6]])
    texts = np.array([[0.6, 0.8], [1.0, 0.0]])  # "cat chasing dog", "dog chasing cat"
    index = pd.Index(["cat chasing dog", "dog chasing cat"])
    answers = answer(table, Items(pd.Index([1, 2]), images, index, texts))
    np.testing.assert_allclose(answers["true_score"], [1.0, 0.96])
    np.testing.assert_allclose(answers["text_score"], [0.6, 0.8])
    np.testing.assert_array_equal(answers["i2t"], [1, 1])
    np.testing.assert_array_equal(answers["t2i"], [1, np.nan])
    np.testing.assert_array_equal(answers["group"], [1, np.nan])
    np.testing.assert_array_equal(answers["t2i_chance"], [0.5, np.nan])


def test_equal_embeddings_tie_and_so_are_wrong():
    table, same = _example(), np.array([[0.6, 0.8], [0.6, 0.8]])
    answers = answer(table, Items(pd.Index([1, 2]), same, pd.Index(["cat chasing dog", "dog chasing cat"]), same))
    assert answers["i2t"].tolist() == [0, 0]


def test_every_item_is_listed_once():
    test = pd.DataFrame({"images": [[2, 1], [2]], "texts": [["b", "a"], ["b", "c"]]})
    captions = pd.DataFrame({"image_id": [3, 1], "caption": ["a", "d"]})
    images, texts = unique_items(test, captions)
    assert (images.tolist(), texts.tolist()) == ([1, 2, 3], ["a", "b", "c", "d"])
