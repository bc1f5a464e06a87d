"""English spelling of the present participle."""

import pytest

from stages.common.language.inflection import past_participle, present_participle, triple_text


@pytest.mark.parametrize(
    ("verb", "participle"),
    [
        ("ride", "riding"),
        ("sit", "sitting"),
        ("lie", "lying"),
        ("carry", "carrying"),
        ("see", "seeing"),
        ("eat", "eating"),
        ("play", "playing"),
        ("mix", "mixing"),
        ("open", "opening"),
        ("begin", "beginning"),
        ("swim", "swimming"),
        ("throw", "throwing"),
        ("panic", "panicking"),
        ("dye", "dyeing"),
    ],
)
def test_present_participle(verb, participle):
    assert present_participle(verb) == participle


def test_triple_text_skips_what_is_absent():
    assert triple_text("man", "ride", None, None, "horse") == "man riding horse"
    assert triple_text("cat", "sit", None, "on top of", "car") == "cat sitting on top of car"
    assert triple_text("woman", "pick", "up", None, "phone") == "woman picking up phone"
    assert triple_text("truck", "park", None, "on", "street", passive=True) == "truck parked on street"
    assert triple_text("boy", "kick", None, None, "ball", passive=True) == "boy kicking ball"


def test_past_participle():
    verbs = ("park", "hold", "carry", "tie", "stop", "play", "cover")
    assert [past_participle(verb) for verb in verbs] == [
        *("parked", "held", "carried", "tied", "stopped", "played", "covered"),
    ]
