"""Retention and probe assembled from tables and the embeddings of unique items."""

import numpy as np
import pandas as pd

from stages.evaluate.instances import nouns_shown
from stages.evaluate.measures import (
    caption_recalls,
    naming_accuracy,
    noun_prompts,
    overall,
    percents,
    probe,
    rows,
    unique_items,
)

TRIPLES = pd.DataFrame(
    {"image_id": [1, 2], "subject": ["dog", "cat"], "relation": ["run", "sit"], "object": ["ball", "ball"]}
)


def test_rows_follow_the_keys():
    assert rows(pd.Index(["a", "b"]), np.eye(2), ["b", "a", "b"]).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_captions_and_nouns_of_embeddings_that_match():
    captions = pd.DataFrame({"image_id": [2, 1], "caption": ["a cat", "a dog"]})
    naming = nouns_shown(TRIPLES)
    index = pd.Index(["a cat", "a dog", *noun_prompts(naming[0])])  # ball, cat, dog
    texts = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], float)
    both = pd.Index([1, 2]), np.eye(3)[:2], index, texts
    assert set(caption_recalls(captions, *both).values()) == {1.0}
    assert naming_accuracy(naming, *both) == 1.0
    assert naming_accuracy((naming[0], {1: {"ball"}, 2: {"cat"}}), *both) == 0.5


def test_overall_is_of_hard_sets_and_weighs_them_equally():
    answered = pd.DataFrame({"set": ["dynamic"] * 3 + ["swapped", "random"], "i2t": [1.0, 1, 1, 0, 1]})
    differs = {"dynamic": "verb", "swapped": "roles", "random": ""}
    found = overall(answered, {"i2t_recall@1": 0.3, "t2i_recall@1": 0.2, "t2i_recall@5": 0.9}, differs)
    assert found == {"relation": 0.5, "retention": 0.25}
    assert overall(answered[-1:], {"i2t_recall@1": 0.3, "t2i_recall@1": 0.2}, differs) == {"retention": 0.25}


def test_every_item_is_listed_once():
    test = pd.DataFrame({"images": [[2, 1], [2]], "texts": [["b", "a"], ["b", "c"]]})
    captions = pd.DataFrame({"image_id": [3, 1], "caption": ["a", "d"]})
    images, texts = unique_items(test, captions)
    assert (images.tolist(), texts.tolist()) == ([1, 2, 3], ["a", "b", "c", "d"])


def test_probe_of_two_images_has_nothing_to_fold():
    assert probe(TRIPLES, pd.Index([1, 2]), np.eye(2), 0) == {}


def test_percents_leave_counts_alone():
    assert percents({"accuracy": 0.25, "verbs": 3}) == {"accuracy": 25.0, "verbs": 3}
