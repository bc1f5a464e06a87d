"""Blind scores and shuffled images."""

import numpy as np
import pandas as pd

from stages.evaluate.measures.controls import MEASURE, guesses, prior_scores
from tests.evaluate.project import embedded, inputs, model

PRIOR, CLASSIFIER = "no image: how frequent the text is in training", "no image: a classifier of text embeddings"


def test_the_prior_counts_texts_then_word_pairs_then_words():
    train = {"man riding horse": 3, "man feeding horse": 1, "dog chasing cat": 1}
    texts = ["man riding horse", "man feeding horse", "girl riding horse", "girl feeding horse", "girl feeding kite"]
    scores = [prior_scores([*texts, "a zebra"], train)[text] for text in texts]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 5
    assert scores[0] > 3 > scores[1] > 1 > scores[2] and prior_scores(["a zebra"], train) == {"a zebra": 0}


def test_a_reader_without_a_preference_is_at_chance():
    """Among two and among three equals, where only the negatives are alike, and without a negative."""
    scores = np.array([[0, 0, -np.inf], [0, 0, 0], [0.1, 0.2, 0.2], [0.2, -np.inf, -np.inf]])
    np.testing.assert_array_equal(guesses(scores), [1 / 2, 1 / 3, 0, np.nan])


def controls(images: list, texts: list, classified: list, name: str) -> dict[tuple[str, str], float]:
    """The measure on tuples of one set, with the same random unit vectors for images 0, 1, ... and texts "0", ..."""
    count = max(map(max, images)) + 1
    units = np.random.default_rng(0).normal(size=(count, 16))
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    tuples = pd.DataFrame({"tuple_id": range(len(images)), "set": name, "image_id": [row[0] for row in images]})
    members = {"image_id": np.array(images), "text": np.array(texts, object)}
    learned = pd.DataFrame(classified, columns=["text", "place"])
    prior = learned.loc[learned["place"] == 0, "text"].value_counts().to_dict()
    keys = [str(number) for number in range(count)]
    given = inputs(tuples=tuples, members=members, prior=prior, classified=learned)
    found = MEASURE.rows(given, model(embedded(range(count), units), embedded(keys, units)))
    assert set(found["set"]) == {name}
    return dict(zip(zip(found["slice"], found["direction"]), found["value"]))


def test_shuffled_images_fall_to_chance_where_true_ones_are_perfect():
    rows = [[number, (number - 1) % 2000] for number in range(2000)]
    found = controls(rows, [[str(number) for number in row] for row in rows], [], "random")
    assert abs(found["another image", "i2t"] - 0.5) < 0.04 and abs(found["another image", "t2i"] - 0.5) < 0.04
    assert found[PRIOR, "i2t"] == 0.5 and (CLASSIFIER, "i2t") not in found


def test_blind_readers_learn_what_negatives_look_like():
    """In training "0" is always true and "1" always false; t2i is not asked, so it has no mean."""
    found = controls([[0, -1], [2, -1]], [["0", "1"]] * 2, [("0", 0), ("1", 1)] * 2, "swapped")
    assert (found[PRIOR, "i2t"], found[CLASSIFIER, "i2t"]) == (1, 1)
    assert ("another image", "t2i") not in found
