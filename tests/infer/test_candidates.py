"""Which words are known, and which statements are candidates, by the words that are given."""

import pytest

from stages.common.files.errors import InputError
from stages.infer.candidates import Verb, candidates, check_noun, check_verb, similar_spelling
from tests.infer.project import statements

STATED = statements("man ride horse", "man feed dog", "dog chase cat", "man sit on bench", "girl sit near bench")


def similar(word: str, words: list[str]) -> list[str]:
    """To a knight a man, to a wolf a horse, to sneezing feeding, otherwise the first."""
    nearest = {"knight": "man", "wolf": "horse", "sneeze": "feed"}.get(word)
    return [nearest] if nearest in words else words[:1]


def asked(subject=None, relation=None, object=None, stated=STATED) -> list[str]:
    return candidates(stated, subject, relation, object, similar)["text"].tolist()


def test_nothing_given_is_all_statements():
    assert asked() == STATED["text"].tolist()


def test_a_noun_in_its_role():
    assert asked("man") == ["man riding horse", "man feeding dog", "man sitting on bench"]
    assert asked(object="Dog") == ["man feeding dog"]


def test_a_verb_with_and_without_its_preposition():
    assert asked(relation="sit") == ["man sitting on bench", "girl sitting near bench"]
    assert asked(relation="sitting near") == ["girl sitting near bench"]
    assert asked("man", "sit under") == ["man sitting under bench"]


def test_two_nouns_have_every_verb_that_both_occur_with_in_either_order():
    """A man does something to a dog, a dog to nothing that a man is: nobody does anything to a man."""
    assert asked("man", None, "dog") == ["man feeding dog"]
    assert asked("dog", None, "cat") == ["dog chasing cat"]
    assert asked("girl", None, "bench") == ["girl sitting near bench"]


def test_two_nouns_that_never_occur_together():
    assert asked("man", None, "bench") == ["man sitting on bench"]
    assert len(asked("bench", None, "cat")) == 2 * 5  # nothing is known of either order: every phrase in both


def test_both_orders_of_a_verb_that_goes_both_ways():
    stated = statements("dog chase cat", "cat chase dog", "dog bite cat")
    assert asked("dog", "chase", "cat", stated) == ["dog chasing cat", "cat chasing dog"]
    assert asked("cat", "chase", "dog", stated) == ["cat chasing dog", "dog chasing cat"]


def test_an_unknown_word_does_what_the_most_similar_one_does():
    assert asked("knight") == ["knight riding horse", "knight feeding dog", "knight sitting on bench"]
    assert asked("knight", None, "wolf") == ["knight riding wolf", "wolf riding knight"]
    assert asked("man", "sneeze") == ["man sneezing dog"]


def test_no_statement_is_like_it():
    with pytest.raises(InputError, match="^no statement of the training captions is like 'man ride man'; give fewer"):
        asked("man", "ride", "man")


def test_words_that_are_known():
    assert check_noun("  Man ", STATED) == "man" and check_noun("knight", STATED) == "knight"
    assert check_noun("tennis player", STATED) == "tennis player"
    assert check_verb("riding", STATED) == Verb("ride", None) and check_verb("Sit on", STATED) == Verb("sit", "on")
    assert check_verb("sneeze", STATED) == Verb("sneeze", None)  # of data/verbs.csv


@pytest.mark.parametrize("word", ["hrose", "xqzt horse", " ", "../x", "man;rm"])
def test_a_noun_that_is_unknown(word):
    with pytest.raises(InputError) as error:
        check_noun(word, STATED)
    assert "is unknown; the most similar ones are " in str(error.value) and "\n" not in str(error.value)


def test_a_verb_that_is_unknown():
    with pytest.raises(InputError, match="^the verb 'rdie' is unknown; the most similar ones are .*ride"):
        check_verb("rdie", STATED)


def test_the_most_similar_spelling_comes_first():
    assert similar_spelling("benhc", ["bench", "man", "beach", "dog"]).startswith("bench")
