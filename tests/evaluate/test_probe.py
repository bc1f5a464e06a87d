"""The verb probe on embeddings that hold the verb, or nothing."""

import numpy as np

from stages.evaluate.probe import verb_probe

VERBS = np.repeat(["ride", "feed", "hold"], 40)


def test_embeddings_that_hold_the_verb_are_read_out():
    images = np.eye(3)[np.repeat([0, 1, 2], 40)] + 0.01 * np.random.default_rng(0).normal(size=(120, 3))
    result = verb_probe(images, VERBS, np.arange(120), 4, 0)
    assert result == {"accuracy": 1.0, "commonest": 1 / 3, "verbs": 3}


def test_an_image_never_helps_to_predict_itself():
    """Each image occurs twice with a random verb: a probe that leaked it would be nearly perfect."""
    rng = np.random.default_rng(1)
    images = np.repeat(rng.normal(size=(60, 64)), 2, axis=0)
    verbs = np.repeat(rng.choice(["ride", "feed"], 60), 2)
    assert verb_probe(images, verbs, np.repeat(np.arange(60), 2), 4, 0)["accuracy"] < 0.75


def test_too_few_images_of_a_verb_give_nothing():
    assert verb_probe(np.eye(3), np.array(["ride", "feed", "feed"]), np.arange(3), 2, 0) == {}
