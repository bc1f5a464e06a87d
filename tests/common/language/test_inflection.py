"""English spelling of participles, and the texts of triples."""

import pytest

from stages.common.language.inflection import past_participle, present_participle, triple_text

PRESENT = (
    "ride:riding sit:sitting lie:lying carry:carrying see:seeing eat:eating play:playing mix:mixing open:opening "
    "begin:beginning swim:swimming throw:throwing panic:panicking dye:dyeing quit:quitting"
)
PAST = "park:parked hold:held carry:carried tie:tied stop:stopped play:played cover:covered"


@pytest.mark.parametrize(("function", "pairs"), [(present_participle, PRESENT), (past_participle, PAST)])
def test_participles(function, pairs):
    for verb, participle in (pair.split(":") for pair in pairs.split()):
        assert function(verb) == participle


def test_texts_of_triples():
    assert triple_text("man", "ride", None, None, "horse") == "man riding horse"
    assert triple_text("cat", "sit", None, "on top of", "car") == "cat sitting on top of car"
    assert triple_text("woman", "pick", "up", None, "phone") == "woman picking up phone"
    assert triple_text("truck", "park", None, "on", "street", passive=True) == "truck parked on street"
    assert triple_text("boy", "kick", None, None, "ball", passive=True) == "boy kicking ball"
