"""The made-up captions are well-formed trees, the same for the same seed; inflection is English."""

import pytest

from tools.parser.caption_trees import caption_treebank
from tools.parser.caption_words import plural, verb_forms


def sentences(text):
    """The words of each sentence, without the lines of multi-word tokens ("3-4 rhino's")."""
    lines = [[line.split("\t") for line in block.split("\n")] for block in text.strip().split("\n\n")]
    return [[word for word in block if word[0].isdigit()] for block in lines]


def test_every_sentence_is_one_tree():
    for words in sentences(caption_treebank(300)):
        heads = [int(word[6]) for word in words]
        assert heads.count(0) == 1
        for start in range(1, len(words) + 1):
            steps, at = 0, start
            while at and steps <= len(words):
                at, steps = heads[at - 1], steps + 1
            assert at == 0  # every word leads to the root: no cycle


def test_arcs_do_not_cross():
    for words in sentences(caption_treebank(100)):
        arcs = [sorted((i, int(word[6]))) for i, word in enumerate(words, 1) if word[6] != "0"]
        assert not any(a < c < b < d for a, b in arcs for c, d in arcs)


def test_participle_hangs_on_its_own_noun_not_on_the_nearest():
    found = 0
    for words in sentences(caption_treebank(500)):
        for number, word in enumerate(words, 1):
            if word[7] == "acl" and words[number - 2][7] == "nmod":
                inner = words[int(words[number - 2][6]) - 1]
                found += inner[0] == words[int(word[6]) - 1][0]
                assert int(word[6]) != number - 1
    assert found > 0


def test_same_seed_same_sentences_and_all_differ():
    text = caption_treebank(200, seed=3)
    assert text == caption_treebank(200, seed=3) != caption_treebank(200, seed=4)
    lines = [line.lower() for line in text.split("\n") if line.startswith("# text")]
    assert len(set(lines)) == 200


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("ride", {"ridden": "VBN", "rode": "VBD", "riding": "VBG", "rides": "VBZ", "ride": "VB"}),
        ("sit", {"sat": "VBD", "sitting": "VBG", "sits": "VBZ", "sit": "VB"}),
        ("carry", {"carried": "VBD", "carrying": "VBG", "carries": "VBZ", "carry": "VB"}),
        ("catch", {"caught": "VBD", "catching": "VBG", "catches": "VBZ", "catch": "VB"}),
    ],
)
def test_verb_forms(verb, forms):
    assert verb_forms(verb) == forms


def test_plurals():
    assert [plural(n) for n in ("man", "sheep", "bench", "knife", "puppy", "dog")] == [
        "men", "sheep", "benches", "knives", "puppies", "dogs",
    ]  # fmt: skip
