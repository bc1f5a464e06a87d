"""The verb probe on embeddings that hold the verb, or nothing."""

import numpy as np
import pandas as pd

from stages.evaluate.measures.probe import MEASURE
from tests.evaluate.project import embedded, inputs, model

VERBS = np.repeat(["ride", "feed", "hold"], 40)


def probe(images: np.ndarray, verbs: np.ndarray) -> dict[str, float]:
    """The probe on images (I, D), each of which has the same number of the verbs (N,)."""
    ids = np.repeat(np.arange(len(images)), len(verbs) // len(images))
    given = inputs()._replace(triples={"test": pd.DataFrame({"image_id": ids, "relation": verbs})})
    found = MEASURE.rows(given, model(embedded(range(len(images)), images)))
    return dict(zip(found["slice"], found["value"])) | ({"count": found["count"].iloc[0]} if len(found) else {})


def test_embeddings_that_hold_the_verb_are_read_out():
    images = np.eye(3)[np.repeat([0, 1, 2], 40)] + 0.01 * np.random.default_rng(0).normal(size=(120, 3))
    assert probe(images, VERBS) == {"accuracy": 1.0, "most frequent verb": 1 / 3, "count": 120}
    few = {"accuracy": 1.0, "most frequent verb": 0.5, "count": 80}  # a verb on fewer than five images is left out
    assert probe(images[:84], VERBS[:84]) == few


def test_an_image_never_helps_to_predict_itself():
    """Each image occurs twice with a random verb: a probe that leaked it would be nearly perfect."""
    rng = np.random.default_rng(1)
    images = rng.normal(size=(60, 64))
    verbs = np.repeat(rng.choice(["ride", "feed"], 60), 2)
    assert probe(images, verbs)["accuracy"] < 0.75


def test_too_few_images_of_a_verb_give_nothing():
    assert probe(np.eye(3), np.array(["ride", "feed", "feed"])) == {}
