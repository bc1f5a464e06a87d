"""Retrieval and noun naming on embeddings with known neighbours."""

import numpy as np
import pandas as pd
import pytest

from stages.evaluate.exact import Items, exact
from stages.evaluate.instances import noun_prompts
from stages.evaluate.retention import best_match_ranks, caption_recalls, naming_accuracy


def _unit(rng, count):
    rows = rng.normal(size=(count, 8))
    return exact(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def recalls(images, texts, owners, chunk=256):
    """Of images 0, 1, ... with the captions "0", "1", ... that `owners` give them."""
    names = [str(place) for place in range(len(texts))]
    items = Items(pd.Index(range(len(images))), images, pd.Index(names), texts)
    return caption_recalls(pd.DataFrame({"image_id": owners, "caption": names}), items, chunk)


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
    chunked = recalls(images, texts, owners, chunk)
    assert chunked == recalls(images, texts, owners)


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
    found = recalls(np.eye(3), np.repeat(np.eye(3), 5, axis=0), np.repeat(np.arange(3), 5))
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize("chunk", [1, 7, 40, 1000])
def test_a_caption_or_a_picture_that_another_image_has_too_ties_and_so_is_wrong(chunk):
    """Images 0 and 1 share their only caption, 2 and 3 are one picture; each finds itself but for the tie."""
    rng = np.random.default_rng(2)
    images, owners = _unit(rng, 40), np.arange(40)
    images[3], texts = images[2], images.copy()
    texts[1] = texts[0]
    texts[3] = _unit(rng, 1)[0]
    to_text = best_match_ranks(images, texts, owners, owners, chunk)
    to_image = best_match_ranks(texts, images, owners, owners, chunk)
    assert to_text[[0, 2, 4]].tolist() == [2, 1, 1] and to_image[[0, 2, 4]].tolist() == [1, 2, 1]


def test_order_changes_no_rank():
    rng = np.random.default_rng(3)
    images, texts, owners = _unit(rng, 60), np.repeat(_unit(rng, 60), 2, axis=0), np.arange(120) % 60
    one, other = rng.permutation(60), rng.permutation(120)
    ranks = best_match_ranks(images, texts, np.arange(60), owners)
    shuffled = best_match_ranks(images[one], texts[other], np.arange(60)[one], owners[other], 7)
    assert shuffled.tolist() == ranks[one].tolist()


def _named(nouns, *shown):
    """Images 0, 1, ... of unit vectors, and which of cat, dog and hat each shows."""
    names = ["cat", "dog", "hat"]
    items = Items(pd.Index(range(len(shown))), np.eye(3)[: len(shown)], pd.Index(noun_prompts(names)), nouns)
    return naming_accuracy((names, dict(enumerate(shown))), items)


@pytest.mark.parametrize("chunk", [1, 2, 256])
def test_every_depicted_noun_is_right_however_many_images_are_scored_at_once(monkeypatch, chunk):
    monkeypatch.setattr("stages.evaluate.retention.CHUNK", chunk)
    assert _named(np.eye(3), {"cat"}, {"cat", "dog"}, {"dog"}) == pytest.approx(2 / 3)


def test_a_noun_that_ties_with_one_not_shown_is_wrong():
    nouns = np.eye(3)[[0, 0, 1]]
    assert _named(nouns, {"dog"}) == 0
    assert _named(nouns, {"cat", "dog"}) == 1
