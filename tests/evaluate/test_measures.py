"""Retention and probe assembled from tables and the embeddings of unique items."""

import numpy as np
import pandas as pd

from stages.evaluate.measures import noun_prompts, percents, probe, retention, rows

TRIPLES = pd.DataFrame({"image_id": [1, 2], "subject": ["dog", "cat"], "relation": ["run", "sit"], "object": ["ball", "ball"]})


def test_rows_follow_the_keys():
    assert rows(pd.Index(["a", "b"]), np.eye(2), ["b", "a", "b"]).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_retention_of_embeddings_that_match():
    captions = pd.DataFrame({"image_id": [2, 1], "caption": ["a cat", "a dog"]})
    prompts = noun_prompts(["ball", "cat", "dog"])
    index = pd.Index(["a cat", "a dog", *prompts])
    texts = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], float)
    found = retention(captions, TRIPLES, pd.Index([1, 2]), np.eye(3)[:2], index, texts)
    assert set(found.values()) == {1.0}
    assert len(found) == 7


def test_probe_of_two_images_has_nothing_to_fold():
    assert probe(TRIPLES, pd.Index([1, 2]), np.eye(2), 0) == {}


def test_percents_leave_counts_alone():
    assert percents({"accuracy": 0.25, "verbs": 3}) == {"accuracy": 25.0, "verbs": 3}
