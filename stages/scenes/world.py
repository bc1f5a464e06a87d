"""The drawn world: which triples occur, with favourite verbs and orders as in photographs, and some only in test."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from stages.scenes.nouns import ANIMATE, COLOURS_OF, THING_VERBS
from stages.scenes.verbs import LAYOUTS

REVERSIBLE = "chase push pull kick feed jump ride watch hold sit stand lie".split()  # of people and animals
FAVOURITE_VERB = 0.6  # share of a pair's images; an even draw among all verbs adds to it
FAVOURITE_ORDER = 0.75
WITH_THING = 0.4  # of all images
HELD_OUT = 0.08  # of the distinct triples
TEST_HELD_OUT = 0.25  # of the test images
GROUP = 0.05  # of all images
SPLITS = {"train": 0.84, "val": 0.04, "test": 0.12}
PLACES = {"grass": "on the grass", "beach": "on the beach", "snow": "in the snow", "room": "in a room"}
NEIGHBOURS = dict.fromkeys(PLACES, ("tree", "house", "lamp")) | {"room": ("lamp",)}

Triple = tuple[str, str, str]


@dataclass(frozen=True)
class Scene:
    """Everything that is true of a picture."""

    subject: str
    verb: str
    object: str
    subject_colour: str
    object_colour: str
    place: str
    neighbour: str | None
    group: bool
    split: str


def all_triples() -> list[Triple]:
    """Every possible (subject, verb lemma, object)."""
    animate = [(s, v, o) for s in ANIMATE for o in ANIMATE if s != o for v in REVERSIBLE]
    things = [(s, v, o) for s in ANIMATE for o, verbs in THING_VERBS.items() for v in verbs]
    return animate + things


@cache
def held_out_triples(seed: int) -> set[Triple]:
    """The triples that occur only in the test split: a share HELD_OUT of all, drawn evenly."""
    triples = all_triples()
    rng = np.random.default_rng([seed, 10])
    chosen = rng.choice(len(triples), size=round(HELD_OUT * len(triples)), replace=False)
    return {triples[i] for i in chosen}


@cache
def favourites(seed: int) -> dict[frozenset[str], tuple[str, str]]:
    """For each pair of nouns its favourite verb and its favourite subject."""
    rng = np.random.default_rng([seed, 11])
    chosen = {}
    for i, first in enumerate(ANIMATE):
        for second in ANIMATE[i + 1 :]:
            subject = (first, second)[rng.integers(2)]
            chosen[frozenset((first, second))] = (str(rng.choice(REVERSIBLE)), subject)
        for thing, verbs in THING_VERBS.items():
            chosen[frozenset((first, thing))] = (str(rng.choice(verbs)), first)
    return chosen


def draw_triple(rng: np.random.Generator, favourite: dict[frozenset[str], tuple[str, str]]) -> Triple:
    """A random triple: a pair of nouns drawn evenly, then mostly its favourite verb and order."""
    if rng.random() < WITH_THING:
        first, second = str(rng.choice(ANIMATE)), str(rng.choice(list(THING_VERBS)))
        verbs = THING_VERBS[second]
    else:
        first, second = map(str, rng.choice(ANIMATE, size=2, replace=False))
        verbs = REVERSIBLE
        subject = favourite[frozenset((first, second))][1]
        if (first == subject) != (rng.random() < FAVOURITE_ORDER):
            first, second = second, first
    verb = str(rng.choice(verbs)) if rng.random() >= FAVOURITE_VERB else favourite[frozenset((first, second))][0]
    return first, verb, second


def draw_scene(seed: int, number: int) -> Scene:
    """Scene `number`; it depends on the seed and the number alone."""
    rng = np.random.default_rng([seed, 12, number])
    split = str(rng.choice(list(SPLITS), p=list(SPLITS.values())))
    held_out, favourite = held_out_triples(seed), favourites(seed)
    if split == "test" and rng.random() < TEST_HELD_OUT:
        triple = sorted(held_out)[rng.integers(len(held_out))]
    else:
        triple = draw_triple(rng, favourite)
        while triple in held_out:
            triple = draw_triple(rng, favourite)
    subject, verb, object = triple
    place = str(rng.choice(list(PLACES)))
    colours = [str(rng.choice(COLOURS_OF[noun])) for noun in (subject, object)]
    neighbour = str(rng.choice(NEIGHBOURS[place])) if rng.random() < 0.4 else None
    group = verb in ("chase", "watch") and rng.random() < GROUP * len(LAYOUTS) / 2
    return Scene(subject, verb, object, *colours, place, neighbour, group, split)
