"""The triples of images against their drawn truth."""

import pandas as pd

from stages.common.files.storage import write_json
from stages.scenes.__main__ import truth
from stages.scenes.world import draw_scene
from stages.triples.summary import against_truth, read_truth

TRUTH = {
    1: {"subject": "dog", "relation": "chase", "object": "cat", "place": "snow", "neighbour": "tree"},
    2: {"subject": "man", "relation": "sit", "object": "bench", "place": "room", "neighbour": None},
}


def score(*triples):
    return against_truth(pd.DataFrame(triples, columns=["image_id", "subject", "relation", "object"]), TRUTH)


def test_one_of_two_found_and_one_of_two_right():
    """Image 1 says its triple twice, which counts once; image 2 gets a wrong object."""
    found = score((1, "dog", "chase", "cat"), (1, "dog", "chase", "cat"), (2, "man", "sit", "chair"))
    assert found == {"precision": 0.5, "recall": 0.5}


def test_places_and_distractors_count_neither_way():
    added = ((1, "dog", "chase", "snow"), (1, "dog", "chase", "tree"), (1, "tree", "stand", "grass"))
    assert score((1, "dog", "chase", "cat"), *added, (2, "man", "sit", "room")) == {"precision": 1.0, "recall": 0.5}


def test_nothing_found():
    assert score() == {"precision": 0.0, "recall": 0.0}


def test_what_scenes_tell_is_read_with_and_without_a_neighbour(tmp_path):
    scenes = {number: draw_scene(0, number) for number in range(1, 30)}
    assert {scene.neighbour is None for scene in scenes.values()} == {True, False}
    write_json(tmp_path / "truth.json", {number: truth(scene) for number, scene in scenes.items()})
    found = read_truth(tmp_path / "truth.json")
    assert {number: true["neighbour"] for number, true in found.items()} == {n: s.neighbour for n, s in scenes.items()}
