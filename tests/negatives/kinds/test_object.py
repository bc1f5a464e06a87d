"""The kind object: another noun in the object's place."""

import pytest

from stages.negatives import items as items_module
from tests.negatives.test_negatives import ANIMALS, OPTIONS, lexicon, triples_of, tuples_of

ALONE = OPTIONS.model_copy(update={"sets": {"object": {}}})


def objects(triples, nouns=ANIMALS):
    return sorted(tuples_of(triples, "object", nouns, options=ALONE))


@pytest.fixture(autouse=True)
def one_image_is_enough(monkeypatch):
    monkeypatch.setattr(items_module, "KNOWN", 1)


def test_the_negative_has_another_object_and_comes_both_ways():
    triples = triples_of((1, "man ride horse"), (2, "man ride bike"), (3, "man feed dog"), (4, "dog ride bus"))
    assert objects(triples) == [(0, [1], ["man riding bike"]), (1, [0], ["man riding horse"])]


def test_another_preposition_is_another_relation():
    assert objects(triples_of((1, "cat sit on car"), (2, "cat sit in box"))) == []


@pytest.mark.parametrize(
    "also, nouns",
    [
        ("man ride horse", ANIMALS),
        ("dog chase horse", ANIMALS),  # a horse is there, whoever does what to it
        ("dog chase stallion", lexicon(("stallion", "same", "horse"))),
        ("dog chase animal", lexicon(("animal", "may_be", "horse"))),
    ],
)
def test_an_image_whose_captions_tell_of_the_anchors_object_is_refused(also, nouns):
    triples = triples_of((1, "man ride horse"), (2, "man ride bike"), (2, also))
    assert len(objects(triples[:2], nouns)) == 2
    assert (0, [1], ["man riding bike"]) not in objects(triples, nouns)


def test_an_object_that_goes_without_saying_is_in_no_tuple():
    triples = triples_of((1, "dog chase tail"), (2, "dog chase ball"))
    assert objects(triples, lexicon(("tail", "unmentioned", ""))) == []
