"""Retrieval and noun naming on embeddings with known neighbours."""

import numpy as np
import pytest

from stages.evaluate.retention import best_match_ranks, noun_accuracy, recalls


def _unit(rng, count):
    rows = rng.normal(size=(count, 8))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_any_of_an_images_captions_counts():
    images, captions = np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]])
    ranks = best_match_ranks(images, captions, np.array([1, 2]), np.array([1, 1, 2]))
    assert ranks.tolist() == [1, 2]


def test_a_tie_counts_against_the_query():
    assert best_match_ranks(np.ones((1, 1)), np.ones((3, 1)), np.array([0]), np.arange(3)).tolist() == [3]


@pytest.mark.parametrize("chunk", [1, 7, 40, 1000])
def test_chunked_equals_full(chunk):
    rng = np.random.default_rng(0)
    images, texts, owners = _unit(rng, 40), _unit(rng, 200), np.arange(200) % 40
    chunked = recalls(images, np.arange(40), texts, owners, chunk)
    assert chunked == recalls(images, np.arange(40), texts, owners)


def test_ranks_equal_a_plain_sort():
    rng = np.random.default_rng(1)
    images, texts, owners = _unit(rng, 10), _unit(rng, 30), np.arange(30) % 10
    plain = [
        1 + next(place for place, text in enumerate(np.argsort(-texts @ image)) if owners[text] == index)
        for index, image in enumerate(images)
    ]
    # candidates of the same image before the best one do not exist, so the sorted place is the rank
    assert best_match_ranks(images, texts, np.arange(10), owners).tolist() == plain


def test_perfect_embeddings_have_full_recall():
    found = recalls(np.eye(3), np.arange(3), np.repeat(np.eye(3), 5, axis=0), np.repeat(np.arange(3), 5))
    assert set(found.values()) == {1.0}


def test_every_depicted_noun_is_right():
    assert noun_accuracy(np.eye(3), np.eye(3), [{0}, {0, 1}, {1}]) == pytest.approx(2 / 3)
