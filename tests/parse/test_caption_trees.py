"""The made-up captions are well-formed trees, the same for the same seed; inflection is English."""

import pytest

from stages.parse.caption_trees import caption_treebank
from stages.parse.caption_words import ending_ing, ending_s, past_participle, plural, verb_forms


def sentences(text):
    blocks = text.strip().split("\n\n")
    return [[line.split("\t") for line in b.split("\n") if line[0] != "#"] for b in blocks]


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
    ("verb", "s", "ing", "participle"),
    [
        ("ride", "rides", "riding", "ridden"),
        ("sit", "sits", "sitting", "sat"),
        ("lie", "lies", "lying", "lain"),
        ("carry", "carries", "carrying", "carried"),
        ("catch", "catches", "catching", "caught"),
        ("open", "opens", "opening", "opened"),
        ("stop", "stops", "stopping", "stopped"),
    ],
)
def test_verb_forms(verb, s, ing, participle):
    assert (ending_s(verb), ending_ing(verb), past_participle(verb)) == (s, ing, participle)
    assert verb_forms(verb)[ing] == "VBG"


def test_plurals():
    assert [plural(n) for n in ("man", "sheep", "bench", "knife", "puppy", "dog")] == [
        "men", "sheep", "benches", "knives", "puppies", "dogs",
    ]  # fmt: skip
