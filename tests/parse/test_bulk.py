"""Captions parsed in one document come back one by one, as the shipped models parse them."""

import pytest

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline

CAPTIONS = [
    "A bathroom with a toilet and sink",
    "A ball is kicked by a boy.  It rolls.",
    "A man riding a wave on a surfboard.",
    "A boy who doesn't ride.",  # a word of two parts
]


@pytest.fixture(scope="module")
def pipeline():
    return compact_pipeline()


def test_offsets_point_into_the_caption(pipeline):
    for caption, words in zip(CAPTIONS, parse_captions(pipeline, CAPTIONS), strict=True):
        assert [caption[w["start"] : w["end"]] for w in words] == [w["text"] for w in words]


def test_heads_stay_inside_their_sentence(pipeline):
    """The second caption has two sentences, of eight words and three, each with a root."""
    trees = parse_captions(pipeline, CAPTIONS)
    assert [[i for i, word in enumerate(words, 1) if word["head"] == 0] for words in trees] == [[2], [4, 10], [2], [2]]
    assert all(0 <= word["head"] <= len(words) for words in trees for word in words)
    assert [word["head"] > 8 for word in trees[1]] == [False] * 8 + [True, False, True]


def test_tree_of_a_noun_phrase(pipeline):
    [words] = parse_captions(pipeline, CAPTIONS[:1])
    assert " ".join(f"{w['text']}/{w['upos']}/{w['head']}/{w['deprel']}" for w in words) == (
        "A/DET/2/det bathroom/NOUN/0/root with/ADP/5/case a/DET/5/det toilet/NOUN/2/nmod and/CCONJ/7/cc sink/NOUN/5/conj"
    )


def test_a_tree_does_not_depend_on_the_other_captions(pipeline):
    alone = [parse_captions(pipeline, [caption])[0] for caption in CAPTIONS]
    together = parse_captions(pipeline, CAPTIONS[::-1])[::-1]
    assert together == alone
