"""The kind swapped: subject and object change places."""

import pytest

from tests.negatives.project import ANIMALS, NO_WORDS, lexicon, triples_of, tuples_of


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([(1, "dog chase cat"), (2, "cat chase dog")], [(0, [1], ["cat chasing dog"]), (1, [0], ["dog chasing cat"])]),
        ([(1, "man ride horse")], [(0, [], ["horse riding man"])]),
        ([(1, "man ride horse", "test")], []),  # a text alone is for training
        ([(1, "dog chase dog")], []),
        ([(1, "dog chase ball"), (2, "cat chase mouse")], []),  # no ball chases a dog
        (
            [(1, "dog chase ball"), (2, "ball chase cat")],
            [(0, [], ["ball chasing dog"])],
        ),  # unless balls are known to chase
    ],
)
def test_the_negative_is_an_image_where_one_exists_and_a_text_alone_elsewhere(rows, expected):
    assert sorted(tuples_of(triples_of(*rows), "swapped")) == expected


@pytest.mark.parametrize("nouns, texts", [(NO_WORDS, ["dog chasing man"]), (lexicon(("pal", "may_be", "man")), [])])
def test_a_text_alone_must_not_be_what_another_caption_allows(nouns, texts):
    triples = triples_of((1, "man chase dog"), (1, "man chase dog"), (1, "dog chase pal"), (2, "dog chase cat"))
    found = tuples_of(triples, "swapped", nouns)
    assert [text for anchor, _, text in found if anchor == 0] == [[text] for text in texts]


@pytest.mark.parametrize(
    "sentence, row",
    [("man kiss woman", ("kiss", "symmetric", "")), ("man sit with dog", ("with", "symmetric_preposition", ""))],
)
def test_symmetric_relations_have_no_negative(sentence, row):
    assert tuples_of(triples_of((1, sentence)), "swapped", ANIMALS, lexicon(row)) == []
    assert len(tuples_of(triples_of((1, sentence)), "swapped")) == 1


def test_a_passive_keeps_its_participle():
    triples = triples_of((1, "truck park on boat"), (2, "boat park on street"))
    triples["passive"], triples["dynamic"] = True, False
    assert tuples_of(triples, "swapped") == [(0, [], ["boat parked on truck"])]
