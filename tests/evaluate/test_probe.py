"""The verb probe on embeddings that hold the verb, or nothing."""

import numpy as np
import pandas as pd

from stages.evaluate.exact import Items
from stages.evaluate.probe import verb_probe

VERBS = np.repeat(["ride", "feed", "hold"], 40)


def probe(images, verbs, folds):
    """The probe on images (I, D), each of which has the same number of the verbs (N,)."""
    ids = np.arange(len(images))
    triples = pd.DataFrame({"image_id": np.repeat(ids, len(verbs) // len(images)), "relation": verbs})
    return verb_probe(triples, Items(pd.Index(ids), images, pd.Index([]), np.zeros((0, 0))), 0, folds)


def test_embeddings_that_hold_the_verb_are_read_out():
    images = np.eye(3)[np.repeat([0, 1, 2], 40)] + 0.01 * np.random.default_rng(0).normal(size=(120, 3))
    assert probe(images, VERBS, 4) == {"accuracy": 1.0, "commonest": 1 / 3, "verbs": 3}


def test_an_image_never_helps_to_predict_itself():
    """Each image occurs twice with a random verb: a probe that leaked it would be nearly perfect."""
    rng = np.random.default_rng(1)
    images = rng.normal(size=(60, 64))
    verbs = np.repeat(rng.choice(["ride", "feed"], 60), 2)
    assert probe(images, verbs, 4)["accuracy"] < 0.75


def test_too_few_images_of_a_verb_give_nothing():
    assert probe(np.eye(3), np.array(["ride", "feed", "feed"]), 2) == {}
