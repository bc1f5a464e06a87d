"""Repairs, on trees as the shipped parser gives them to real captions (COCO, CC BY 4.0)."""

import numpy as np
import pytest

from stages.triples.columns import flatten
from stages.triples.repair import mend, repair
from stages.triples.tree import Word, make_parse
from stages.triples.verbs import read_lexicon
from tests.triples.trees import TREES, parses_of, predict, read_conllu, words_of

PART, FIN = "Tense=Past|VerbForm=Part", "VerbForm=Fin"
REPAIRED = {
    "a participle before its noun": (
        "A/DET/2/det bed/NOUN/0/root with/ADP/4/case heart/NOUN/2/nmod "
        f"shaped:shape/VERB/2/acl/{PART} pillows:pillow/NOUN/5/obj on/ADP/9/case the/DET/9/det bed/NOUN/5/obl",
        [],
    ),
    "a participle before its noun, in a phrase of the subject": (
        "a/DET/3/det close/ADJ/3/amod up/ADP/7/nsubj of/ADP/6/case a/DET/6/det wall/NOUN/3/nmod "
        f"mounted:mount/VERB/0/root/{PART} tv/NOUN/7/obj in/ADP/11/case a/DET/11/det room/NOUN/7/obl",
        [],
    ),
    "an adverb and a participle before their noun": (
        "Many/ADJ/2/amod bunches:bunch/NOUN/6/nsubj of/ADP/4/case fresh/NOUN/2/nmod locally/ADV/6/advmod "
        f"grown:grow/VERB/0/root/{PART} bananas:banana/NOUN/6/obj",
        [],
    ),
    "looking before its noun": (
        "A/DET/2/det person/NOUN/0/root holding:hold/VERB/2/acl a/DET/5/det tasty/NOUN/3/obj "
        "looking:look/VERB/3/advcl treat/NOUN/6/obj with/ADP/9/case insects:insect/NOUN/7/nmod",
        ["person|hold|treat"],
    ),
    "a clause after as": (
        f"Onlookers:onlooker/NOUN/2/nsubj watch/VERB/0/root/{FIN} as/ADP/5/case a/DET/5/det skateboarder/NOUN/2/obl "
        f"performs:perform/VERB/2/conj/{FIN} a/DET/8/det jump/NOUN/6/obj",
        ["skateboarder|perform|jump"],
    ),
    "a clause after as, read as the sentence": (
        "A/DET/2/det market/NOUN/6/nsubj as/ADP/5/case a/DET/5/det man/NOUN/2/nmod "
        f"talks:talk/VERB/0/root/{FIN} to/ADP/9/case the/DET/9/det woman/NOUN/6/obl",
        ["man|talk|woman"],
    ),
    "as before a noun alone": (
        f"vases:vase/NOUN/2/nsubj stand/VERB/0/root/{FIN} as/ADP/5/case a/DET/5/det decoration/NOUN/2/obl",
        ["vase|stand|decoration"],
    ),
    "a clause after and": (
        "A/DET/2/det girl/NOUN/4/nsubj is:be/AUX/4/aux holding:hold/VERB/0/root a/DET/6/det bat/NOUN/4/obj "
        "and/CCONJ/9/cc a/DET/9/det ball/NOUN/6/conj is:be/AUX/11/aux coming:come/VERB/4/conj",
        ["girl|hold|bat"],
    ),
    "a participle with a subject of its own after and": (
        "One/NUM/2/nummod cow/NOUN/0/root walking:walk/VERB/2/acl across/ADP/6/case a/DET/6/det field/NOUN/3/obl "
        "and/CCONJ/9/cc another/DET/9/det cow/NOUN/6/conj laying:lay/VERB/2/acl down/ADP/10/compound:prt "
        "on/ADP/14/case the/DET/14/det ground/NOUN/10/obl",
        ["cow|walk|field", "cow|lay|ground"],
    ),
    "clothes after and start no clause": (
        "A/DET/2/det man/NOUN/0/root wearing:wear/VERB/2/acl a/DET/5/det suit/NOUN/3/obj and/CCONJ/8/cc "
        "a/DET/8/det tie/NOUN/5/conj crossing:cross/VERB/2/acl the/DET/11/det street/NOUN/9/obj",
        ["man|wear|suit", "man|wear|tie", "man|cross|street"],
    ),
    "the object of the second participle": (
        "a/DET/2/det person/NOUN/0/root standing:stand/VERB/2/acl on/ADP/6/case a/DET/6/det device/NOUN/3/obl "
        "playing:play/VERB/3/advcl wii/NOUN/3/obl",
        ["person|stand|device", "person|play|wii"],
    ),
    "standing in living room": (
        "Woman/NOUN/0/root standing:stand/VERB/1/acl in/SCONJ/4/mark living:live/VERB/2/advcl room/NOUN/2/obl",
        ["woman|stand|room"],
    ),
    "what a place has does what no place does": (
        "a/DET/2/det bathroom/NOUN/0/root with/ADP/5/case a/DET/5/det toilet/NOUN/2/nmod sitting:sit/VERB/2/acl "
        "next/ADP/10/case to/ADP/10/case a/DET/10/det tub/NOUN/6/obl",
        ["toilet|sit|tub"],
    ),
    "a place overlooks": (
        "a/DET/2/det room/NOUN/0/root with/ADP/5/case a/DET/5/det bed/NOUN/2/nmod overlooking:overlook/VERB/2/acl "
        "the/DET/8/det sea/NOUN/6/obj",
        ["room|overlook|sea"],
    ),
    "besides is no verb": (
        f"some/DET/2/det signs:sign/NOUN/3/nsubj besides/VERB/0/root/{FIN} a/DET/5/det road/NOUN/3/obj",
        [],
    ),
}


@pytest.mark.parametrize("name", REPAIRED)
def test_repaired(name):
    line, expected = REPAIRED[name]
    [triples] = predict([words_of(line)])
    assert sorted(triples) == sorted(expected)


def tree_of(words: list[dict]) -> list[Word]:
    return [Word(*(word[field] for field in Word._fields)) for word in words]


TREES_HERE = [words_of(line) for line, _ in REPAIRED.values()] + list(read_conllu(TREES).values())


def test_the_cheap_test_misses_no_tree():
    """Mended in bulk, where only suspect captions are looked at, or each tree alone: the same trees."""
    lexicon = read_lexicon("data/verbs.csv")
    words = mend(flatten(parses_of(TREES_HERE)), lexicon)
    for caption, tree in enumerate(TREES_HERE):
        first, end = words.first[caption : caption + 2]
        alone = repair(make_parse(tree_of(tree)), lexicon).words
        heads = np.where(words.head[first:end] >= 0, words.head[first:end] - first + 1, 0)
        bulk = [(words.value("upos", i), head, words.value("deprel", i)) for i, head in enumerate(heads, first)]
        assert bulk == [(word.upos, word.head, word.deprel) for word in alone]


@pytest.mark.parametrize("tree", TREES_HERE[: len(REPAIRED)], ids=list(REPAIRED))
def test_a_repaired_tree_is_a_tree(tree):
    words = repair(make_parse(tree_of(tree)), read_lexicon("data/verbs.csv")).words
    assert sum(word.head == 0 for word in words) == 1
    for at in range(1, len(words) + 1):
        for _ in words:
            at = words[at - 1].head if at else 0
        assert at == 0, "a cycle"
