"""Which trees of real captions the parser may learn from."""

from collections import Counter

import pytest

from tests.triples.trees import words_of
from tools.parser.real_captions import block, corrected, sound

LEXICON = {"ride": True, "eat": True}
RIDES = words_of("A/DET/2/det man/NOUN/3/nsubj rides:ride/VERB/0/root waves:wave/NOUN/3/obj")
COUNTS = {word["text"].lower(): Counter({word["upos"]: 1}) for word in RIDES}


def test_a_plain_tree_with_known_verbs_is_sound():
    assert sound(RIDES, COUNTS, LEXICON)
    assert not sound(RIDES, COUNTS, {"eat": True})


def test_a_tag_that_a_form_rarely_has_is_not():
    assert not sound(RIDES, COUNTS | {"waves": Counter(VERB=9, NOUN=1)}, LEXICON)
    assert sound(RIDES, COUNTS | {"waves": Counter(VERB=4, NOUN=1)}, LEXICON), "five places say little"


@pytest.mark.parametrize("heads", [[2, 0, 0, 3], [3, 4, 0, 3], [2, 1, 0, 3]], ids=["two roots", "crossing", "cycle"])
def test_what_is_no_projective_tree_is_not(heads):
    assert not sound([word | {"head": head} for word, head in zip(RIDES, heads)], COUNTS, LEXICON)


def test_corrected_trees_keep_their_form_and_get_features_by_the_ending():
    tree = words_of("men:man/NOUN/0/root eating:eat/NOUN/1/acl cake/NOUN/2/obj .:./PUNCT/1/punct")
    [found] = corrected([tree], LEXICON)
    assert [(word["upos"], word["head"]) for word in found] == [("NOUN", 0), ("VERB", 1), ("NOUN", 2), ("PUNCT", 1)]
    line = block("men eating cake.", zip(tree, found)).split("\n")[2]
    assert line.split("\t") == ["2", "eating", "eat", "VERB", "_", "Tense=Pres|VerbForm=Part", "1", "acl", "_", "_"]
