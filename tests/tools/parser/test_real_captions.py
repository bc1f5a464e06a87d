"""Which trees of real captions the parser may learn from."""

from collections import Counter

from tests.triples.trees import words_of
from tools.parser.real_captions import corrected, features, sound

LEXICON = {"ride": True, "eat": True}
RIDES = "A/DET/2/det man/NOUN/3/nsubj rides:ride/VERB/0/root waves:wave/NOUN/3/obj"


def counts(**tags: dict[str, int]) -> dict[str, Counter]:
    forms = {word["text"].lower(): Counter({word["upos"]: 1}) for word in words_of(RIDES)}
    return forms | {form: Counter(found) for form, found in tags.items()}


def test_a_plain_tree_is_sound():
    assert sound(words_of(RIDES), counts(), LEXICON)


def test_a_tag_that_a_form_rarely_has_is_not():
    assert not sound(words_of(RIDES), counts(waves={"VERB": 9, "NOUN": 1}), LEXICON)
    assert sound(words_of(RIDES), counts(waves={"VERB": 4, "NOUN": 1}), LEXICON)  # five places tell little


def test_an_unknown_verb_two_roots_crossing_arcs_and_cycles_are_not():
    assert not sound(words_of(RIDES), counts(), {"eat": True})
    for heads in ([2, 0, 0, 3], [3, 4, 0, 3], [2, 1, 0, 3]):
        tree = [word | {"head": head} for word, head in zip(words_of(RIDES), heads, strict=True)]
        assert not sound(tree, counts(), LEXICON)


def test_corrected_trees_keep_their_form():
    [tree] = corrected([words_of("men:man/NOUN/0/root eat/NOUN/1/acl cake/NOUN/2/obj .:./PUNCT/1/punct")], LEXICON)
    assert [(word["text"], word["upos"], word["head"]) for word in tree] == [
        ("men", "NOUN", 0),
        ("eat", "VERB", 1),
        ("cake", "NOUN", 2),
        (".", "PUNCT", 1),
    ]


def test_features_by_the_ending():
    word = {"upos": "VERB", "text": "riding"}
    assert features(word) == "Tense=Pres|VerbForm=Part"
    assert "VerbForm=Fin" in features(word | {"text": "rides"})
    assert features({"upos": "NOUN", "text": "waves"}) == "Number=Plur"
