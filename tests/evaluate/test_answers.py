"""Relation inference on hand-made scores and embeddings with exact answers."""

import numpy as np
import pandas as pd
import pytest

from stages.common.clip.embed import encode_texts
from stages.common.clip.embedding_table import snap_to_grid
from stages.evaluate.answers import answer, option_scores, outcomes
from tests.evaluate.project import embedded, inputs
from tests.project import tiny_clip


def test_outcomes_equal_a_plain_loop_in_any_order_of_the_negatives():
    """Scores of which many tie, and some are absent; a tie is wrong."""
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (200, 4)) / 4
    scores[:40, 2], scores[:20, 1:] = -np.inf, -np.inf
    plain = [float(all(row[0] > other for other in row[1:])) for row in scores[20:]]
    np.testing.assert_array_equal(outcomes(scores), [np.nan] * 20 + plain)
    shuffled = np.hstack([scores[:, :1], scores[:, rng.permutation(3) + 1]])
    np.testing.assert_array_equal(outcomes(shuffled), outcomes(scores))


def test_scores_are_cosines_and_absent_options_have_none(monkeypatch):
    """However many questions are scored at once."""
    monkeypatch.setattr("stages.evaluate.answers.AT_ONCE", 1)
    texts = np.array([[1.0, 0.0], [0.0, 1.0]])
    scores = option_scores(np.array([[0.6, 0.8]]), texts, np.array([0, 0]), np.array([[0, 1], [1, -1]]))
    assert scores.tolist() == [[0.6, 0.8], [0.8, -np.inf]]


def asked(images: list, texts: list):
    """Inputs of one tuple for each row of image ids and texts."""
    tuples = pd.DataFrame({"tuple_id": range(len(images)), "set": "swapped", "image_id": [row[0] for row in images]})
    return inputs(tuples=tuples, members={"image_id": np.array(images), "text": np.array(texts, object)})


SWAPPED = asked([[1, 2], [2, -1]], [["dog chasing cat", "cat chasing dog"], ["cat chasing dog", "dog chasing cat"]])


def test_a_negative_that_is_a_text_alone_is_asked_image_to_text_only():
    images = embedded([1, 2], [[1.0, 0.0], [0.8, 0.6]])
    texts = embedded(["cat chasing dog", "dog chasing cat"], [[0.6, 0.8], [1.0, 0.0]])
    answers = answer(SWAPPED, images, texts)
    np.testing.assert_allclose(answers["true_score"], [1.0, 0.96])
    np.testing.assert_allclose(answers["text_score"], [0.6, 0.8])
    assert answers["best_text"].tolist() == [1, 1] and answers["i2t"].tolist() == [1, 1]
    np.testing.assert_array_equal(answers["t2i"], [1, np.nan])
    np.testing.assert_array_equal(answers["group"], [1, np.nan])


def test_equal_embeddings_tie_and_so_are_wrong():
    same = [[0.6, 0.8], [0.6, 0.8]]
    answers = answer(SWAPPED, embedded([1, 2], same), embedded(["cat chasing dog", "dog chasing cat"], same))
    assert answers["i2t"].tolist() == [0, 0]


@pytest.mark.parametrize("batch", [32, 256, 200])
def test_order_and_batch_change_no_outcome(monkeypatch, batch):
    """An image is made up of the text after its own; 50 of the 300 images and texts occur under two ids."""
    clip, rng = tiny_clip(), np.random.default_rng(1)
    names = np.array([f"a dog of age {age % 250} chasing a cat" for age in range(300)], object)
    rows = np.array([rng.choice(300, 3, replace=False) for _ in range(500)])
    asked_tuples = asked(rows.tolist(), names[rows].tolist())

    def answered(order: np.ndarray) -> pd.DataFrame:
        distinct = list(dict.fromkeys(names[order]))
        images = embedded(order, snap_to_grid(encode_texts(clip, names[(order + 1) % 300])))
        return answer(asked_tuples, images, embedded(distinct, snap_to_grid(encode_texts(clip, distinct))))

    plain = answered(np.arange(300))
    monkeypatch.setattr("stages.common.clip.embed.TEXT_BATCH", batch)
    pd.testing.assert_frame_equal(answered(rng.permutation(300)), plain, check_exact=True)
    assert 0.4 < plain["i2t"].mean() < 0.9  # the question is neither trivial nor blind
