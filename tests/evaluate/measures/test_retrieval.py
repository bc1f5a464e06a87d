"""Retrieval of whole captions on embeddings with known neighbours."""

import numpy as np
import pandas as pd
import pytest

from stages.common.clip.embedding_table import snap_to_grid
from stages.evaluate.measures.retrieval import MEASURE, best_match_ranks
from tests.evaluate.project import embedded, inputs, model


def unit(rng, count: int) -> np.ndarray:
    """Random exact embeddings (count, 8)."""
    rows = rng.normal(size=(count, 8))
    return snap_to_grid(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def ranks(queries: np.ndarray, candidates: np.ndarray, owner: np.ndarray, owners: np.ndarray) -> list[int]:
    """The ranks of queries, which own the candidates of the same owner."""
    return best_match_ranks(queries, candidates, lambda some: owner[some, None] == owners).tolist()


def recalls(images, texts, owners) -> pd.DataFrame:
    """Recalls of images 0, 1, ... with the captions "0", "1", ... that `owners` give them."""
    captions = pd.DataFrame({"image_id": owners, "caption": [str(place) for place in range(len(texts))]})
    evaluated = model(embedded(range(len(images)), images), embedded(captions["caption"], texts))
    return MEASURE.rows(inputs(captions=captions), evaluated)


def test_any_of_an_images_captions_counts():
    captions = np.array([[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]])
    assert ranks(np.eye(2), captions, np.array([1, 2]), np.array([1, 1, 2])) == [1, 2]


def test_a_tie_counts_against_the_query():
    assert ranks(np.ones((1, 1)), np.ones((3, 1)), np.array([0]), np.arange(3)) == [3]
    assert ranks(np.eye(2), np.eye(2)[::-1], np.arange(2), np.arange(2)) == [2, 2]


@pytest.mark.parametrize("chunk", [1, 7, 40, 1000])
def test_recalls_equal_a_plain_sort_however_many_queries_are_scored_at_once(monkeypatch, chunk):
    monkeypatch.setattr("stages.evaluate.measures.retrieval.AT_ONCE", chunk)
    rng = np.random.default_rng(0)
    images, texts, owners = unit(rng, 40), unit(rng, 200), np.arange(200) % 40
    own = [[owners[text] == number for text in np.argsort(-texts @ image)] for number, image in enumerate(images)]
    ranked = {"i2t": [1 + row.index(True) for row in own]}
    ranked["t2i"] = [1 + np.argsort(-images @ text).tolist().index(owner) for text, owner in zip(texts, owners)]
    expected = [[way, f"recall@{k}", np.less_equal(r, k).mean()] for way, r in ranked.items() for k in (1, 5, 10)]
    assert recalls(images, texts, owners)[["direction", "slice", "value"]].values.tolist() == expected


def test_a_caption_or_a_picture_that_another_image_has_too_ties_and_so_is_wrong():
    """Images 0 and 1 share their only caption, 2 and 3 are one picture; each finds itself but for the tie."""
    rng = np.random.default_rng(2)
    images, owners = unit(rng, 40), np.arange(40)
    images[3], texts = images[2], images.copy()
    texts[1] = texts[0]
    texts[3] = unit(rng, 1)[0]
    to_text, to_image = ranks(images, texts, owners, owners), ranks(texts, images, owners, owners)
    assert [to_text[place] for place in (0, 2, 4)] == [2, 1, 1]
    assert [to_image[place] for place in (0, 2, 4)] == [1, 2, 1]
