"""Captions: grammatical, true, and most of them state the triple."""

from dataclasses import replace

import numpy as np

from stages.scenes.captions import plural, related, unrelated, with_article, write_captions
from stages.scenes.world import Scene

SCENE = Scene("elephant", "chase", "dog", "gray", "brown", "grass", "tree", False, "train")


def many(scene, write, count=400):
    return {write(scene, np.random.default_rng(i)) for i in range(count)}


def test_articles_and_plurals():
    assert with_article("elephant") == "an elephant"
    assert with_article("gray elephant") == "a gray elephant"
    assert [plural(n) for n in ("man", "woman", "box", "bench", "dog")] == ["men", "women", "boxes", "benches", "dogs"]
    assert "an elephant watches a dog" in many(replace(SCENE, verb="watch"), related)


def test_grammatical_forms():
    assert many(SCENE, related) >= {
        "an elephant chasing a dog",
        "an elephant chases a dog",
        "an elephant is chasing a dog",
        "an elephant that is chasing a dog",
        "there is an elephant chasing a dog",
        "an elephant is outdoors and is chasing a dog",
        "a dog chased by an elephant",
        "a dog is being chased by an elephant",
        "an elephant chasing a brown dog",
    }


def test_a_verb_with_a_preposition_has_no_passive():
    sentences = many(replace(SCENE, verb="sit"), related)
    assert "an elephant sitting on a dog" in sentences
    assert not any(" by " in sentence for sentence in sentences)


def test_a_group_is_named_as_one():
    group = replace(SCENE, subject="man", subject_colour="red", group=True)
    assert "a group of men chasing a dog" in many(group, related)
    assert all("group of men" in sentence for sentence in many(group, unrelated) | many(group, related))


def test_the_neighbour_is_named_only_where_it_is_drawn():
    def written(scene):
        return " ".join(sum((write_captions(scene, np.random.default_rng(i)) for i in range(100)), []))

    assert "tree" in written(SCENE)
    assert "tree" not in written(replace(SCENE, neighbour=None))


def test_three_of_four_captions_state_the_relation():
    for i in range(50):
        captions = write_captions(SCENE, np.random.default_rng(i))
        assert len(captions) == 4
        assert all("chas" in caption for caption in captions[:3])
        assert all("elephant" in caption and "dog" in caption for caption in captions)
