"""A real caption for each construction of the design: caption -> triples, on its tree by hand.

A triple is "subject|verb|object"; particles and prepositions are in test_rules.
"""

import pytest

from tests.triples.trees import TREES, predict, read_conllu

CAPTIONS = [
    ("participle on a noun", "A yellow city bus traveling down a busy street.", ["bus|travel|street"]),
    ("participle past a nearer noun", "A young boy in a blue hat crawling in a field.", ["boy|crawl|field"]),
    ("progressive", "A teddy bear is sitting on a wood post.", ["bear|sit|post"]),
    (
        "finite verb in -s, adverbial clause",
        "A person in a wheelchair plays music on a CD player while talking on a wireless telephone.",
        ["person|play|music", "person|talk|telephone"],
    ),
    ("finite verb in -s, of", "An experienced surfer concentrates on the wave heading inbound.", ["surfer|concentrate|wave"]),
    ("relative clause", "A animal that is leaning inside of a toilet.", ["animal|lean|toilet"]),
    (
        "relative clause and next to",
        "A man that is standing next to a bicycle in the grass.",
        ["man|stand|bicycle", "man|stand|grass"],
    ),
    ("passive without agent", "Apples and oranges grouped together in a bowl", ["apple|group|bowl", "orange|group|bowl"]),
    ("passive, with", "Black fridge filled with food and drinks.", ["fridge|fill|drink", "fridge|fill|food"]),
    (
        "coordinated subjects",
        "A woman and a man standing at the parking meter with people behind them.",
        ["man|stand|meter", "woman|stand|meter"],
    ),
    (
        "coordinated verbs",
        "a group of sheep eating and drinking inside a gate",
        ["sheep|drink|gate", "sheep|eat|gate"],
    ),
    ("preposition without an object", "a person is jumping in the air outside", ["person|jump|air"]),
    ("on top of", "A cat sitting on top of a parked car.", ["cat|sit|car"]),
    ("in front of", "some people are standing in front of a red food truck", ["people|stand|truck"]),
    ("quantity noun", "A couple of people skateboarding in a graffiti filled area.", ["people|skateboard|area"]),
    ("picture noun", "A picture of children's toy reading story.", ["toy|read|story"]),
    ("raising", "A surfer is in the middle of riding a wave.", ["surfer|ride|wave"]),
    (
        "there are",
        "There are sheep standing in the grass near a fence.",
        ["sheep|stand|fence", "sheep|stand|grass"],
    ),
    (
        "possessive",
        "A doctor is standing over a hospital bed holding a woman's hand.",
        ["doctor|hold|hand", "doctor|stand|bed"],
    ),
    ("compound", "A tall street sign hanging from the sides of a tall metal pole.", ["sign|hang|pole"]),
    ("plural", "Two large brown horses pulling a cart with people on it.", ["horse|pull|cart"]),
    ("manner and time", "A sky scrapper standing tall on a sunny day.", []),
    ("copula", "A boat is on the shore of a beach.", []),
    ("typo", "a black cat sitting in a white bathtube looking down", ["cat|sit|bathtube"]),
    ("capitals, verbless", "BASEBALL GAME GOING ON WITH BATTER AT BAT", []),
    ("verbless", "a kitchen with a sink a stove and cupboards", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "caption", "expected"), CAPTIONS, ids=[name for name, *_ in CAPTIONS])
def test_construction(name, caption, expected):
    [triples] = predict([read_conllu(TREES)[caption]])
    assert sorted(triples) == expected
