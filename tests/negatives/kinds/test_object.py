"""The kind object: another noun in the object's place."""

import pytest

from tests.negatives.project import ANIMALS, OPTIONS, lexicon, triples_of, tuples_of

ALONE = OPTIONS.model_copy(update={"sets": {"object": {}}})


@pytest.mark.parametrize(
    "sentences, expected",
    [
        (["man ride horse", "man ride bike"], [(0, [1], ["man riding bike"]), (1, [0], ["man riding horse"])]),
        (["man ride horse", "dog ride bike", "man feed bike"], []),
        (["cat sit on car", "cat sit in box"], []),  # another preposition is another relation
        (["dog chase tail", "dog chase ball"], []),  # a tail usually goes unmentioned
    ],
)
def test_the_negative_has_another_object_and_comes_both_ways(sentences, expected):
    triples = triples_of(*enumerate(sentences))
    assert sorted(tuples_of(triples, "object", lexicon(("tail", "unmentioned", "")), options=ALONE)) == expected


@pytest.mark.parametrize(
    "also, nouns",
    [
        ("man ride horse", ANIMALS),
        ("dog chase horse", ANIMALS),  # the picture has a horse, whoever does what to it
        ("dog chase stallion", lexicon(("stallion", "same", "horse"))),
        ("dog chase animal", lexicon(("animal", "may_be", "horse"))),
    ],
)
def test_an_image_whose_captions_mention_the_anchors_object_is_refused(also, nouns):
    triples = triples_of((1, "man ride horse"), (2, "man ride bike"), (2, also))
    assert len(tuples_of(triples[:2], "object", nouns, options=ALONE)) == 2
    assert (0, [1], ["man riding bike"]) not in tuples_of(triples, "object", nouns, options=ALONE)
