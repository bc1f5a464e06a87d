"""The drawn world: a function of the seed, skewed like photographs, with held-out triples."""

from collections import Counter

import numpy as np
import pytest

from stages.common.language.lexicons import read_dynamic_verbs
from stages.scenes.nouns import ANIMATE, COLOURS_OF
from stages.scenes.verbs import LAYOUTS, PREPOSITIONS
from stages.scenes.world import REVERSIBLE, all_triples, draw_scene, draw_triple, favourites, held_out_triples

SEED = 0


@pytest.fixture(scope="module")
def scenes():
    return [draw_scene(SEED, number) for number in range(1, 2001)]


def test_a_scene_is_a_function_of_seed_and_number():
    assert draw_scene(3, 7) == draw_scene(3, 7)
    assert draw_scene(3, 7) != draw_scene(4, 7)
    assert draw_scene(3, 7) != draw_scene(3, 8)


def test_held_out_triples_occur_in_test_alone(scenes):
    held_out = held_out_triples(SEED)
    assert len(held_out) == round(0.08 * len(all_triples()))
    found = {scene.split for scene in scenes if (scene.subject, scene.verb, scene.object) in held_out}
    assert found == {"test"}


def test_every_noun_and_verb_occurs_in_train_and_test(scenes):
    for split in ("train", "test"):
        drawn = [scene for scene in scenes if scene.split == split]
        assert {noun for s in drawn for noun in (s.subject, s.object)} == set(COLOURS_OF)
        assert {s.verb for s in drawn} == set(LAYOUTS)


def test_splits_have_their_shares(scenes):
    counts = Counter(scene.split for scene in scenes)
    assert counts["train"] / len(scenes) == pytest.approx(0.84, abs=0.02)
    assert counts["test"] / len(scenes) == pytest.approx(0.12, abs=0.02)


def test_a_pair_of_nouns_has_a_favourite_verb_and_order():
    rng, liked = np.random.default_rng(1), favourites(SEED)
    drawn = [draw_triple(rng, liked) for _ in range(4000)]
    animate = [t for t in drawn if t[2] in ANIMATE]
    verbs = [verb == liked[frozenset((subject, object))][0] for subject, verb, object in animate]
    orders = [subject == liked[frozenset((subject, object))][1] for subject, _, object in animate]
    assert np.mean(verbs) == pytest.approx(0.6 + 0.4 / len(REVERSIBLE), abs=0.03)
    assert np.mean(orders) == pytest.approx(0.75, abs=0.03)
    assert len(animate) / len(drawn) > 0.45  # roles that can change places


def test_both_orders_of_a_reversible_triple_are_possible():
    triples = set(all_triples())
    assert {("dog", "chase", "cat"), ("cat", "chase", "dog")} <= triples
    assert ("ball", "kick", "man") not in triples


def test_a_room_has_no_tree_or_house(scenes):
    assert {s.neighbour for s in scenes if s.place == "room"} == {None, "lamp"}


def test_the_lexicon_knows_both_dynamic_and_stative_verbs():
    dynamic = read_dynamic_verbs()
    assert [verb for verb in LAYOUTS if not dynamic[verb]] == ["hold", "sit", "stand", "lie"]
    assert set(PREPOSITIONS) < set(LAYOUTS)
