"""Which statements are candidates, by the words that are given."""

import pytest

from stages.common.files.errors import InputError
from stages.infer.candidates import candidates
from stages.infer.vocabulary import Verb, check_noun, check_verb, near
from tests.infer.project import statements

SAID = statements("man ride horse", "man feed dog", "dog chase cat", "man sit on bench", "girl sit near bench")


def like(word: str, words: list[str]) -> list[str]:
    """Whoever is nearest: to a knight a man, to a pony a horse, to eating feeding, otherwise the first."""
    nearest = {"knight": "man", "pony": "horse", "eat": "feed"}.get(word)
    return [nearest] if nearest in words else words[:1]


def asked(subject=None, verb=None, object=None) -> list[str]:
    return candidates(SAID, subject, verb, object, like)["text"].tolist()


def test_nothing_given_is_all_that_is_said():
    assert asked() == SAID["text"].tolist()


def test_a_noun_in_its_role():
    assert asked("man") == ["man riding horse", "man feeding dog", "man sitting on bench"]
    assert asked(object="dog") == ["man feeding dog"]


def test_a_verb_with_and_without_its_preposition():
    assert asked(verb=Verb("sit", None)) == ["man sitting on bench", "girl sitting near bench"]
    assert asked(verb=Verb("sit", "near")) == ["girl sitting near bench"]
    assert asked("man", Verb("sit", "under")) == ["man sitting under bench"]


def test_two_nouns_have_every_verb_that_both_are_seen_with_in_either_order():
    """A man does something to a dog, a dog to nothing that a man is: nobody does anything to a man."""
    assert asked("man", None, "dog") == ["man feeding dog"]
    assert asked("dog", None, "cat") == ["dog chasing cat"]
    assert asked("girl", None, "bench") == ["girl sitting near bench"]


def test_two_nouns_that_are_never_seen_together():
    assert asked("man", None, "bench") == ["man sitting on bench"]
    assert len(asked("bench", None, "cat")) == 2 * 5  # nothing is known of either order: every phrase in both


def test_both_orders_of_a_verb_that_goes_both_ways():
    said = statements("dog chase cat", "cat chase dog", "dog bite cat")
    found = candidates(said, "dog", Verb("chase", None), "cat", like)["text"].tolist()
    assert found == ["dog chasing cat", "cat chasing dog"]


def test_a_word_never_seen_does_what_its_like_does():
    assert asked("knight") == ["knight riding horse", "knight feeding dog", "knight sitting on bench"]
    assert asked("knight", None, "pony") == ["knight riding pony", "pony riding knight"]
    assert asked("man", Verb("eat", None)) == ["man eating dog"]


def test_words_that_are_known():
    assert check_noun("  Man ", SAID) == "man" and check_noun("knight", SAID) == "knight"
    assert check_noun("tennis player", SAID) == "tennis player"
    assert check_verb("riding", SAID) == Verb("ride", None) and check_verb("Sit on", SAID) == Verb("sit", "on")
    assert check_verb("sneeze", SAID) == Verb("sneeze", None)  # of data/verbs.csv


@pytest.mark.parametrize("word", ["hrose", "xqzt horse", "", "../x", "man;rm"])
def test_a_word_that_is_no_noun(word):
    with pytest.raises(InputError) as error:
        check_noun(word, SAID)
    assert "is no noun that is known; the nearest are " in str(error.value) and "\n" not in str(error.value)


def test_a_word_that_is_no_verb():
    with pytest.raises(InputError, match="^'rdie' is no verb that is known; the nearest are .*ride"):
        check_verb("rdie", SAID)


def test_the_nearest_come_first():
    assert near("benhc", ["bench", "man", "beach", "dog"]).startswith("bench")
