"""Verbs and their lemmas, with the shipped lexicon."""

import pytest

from stages.common.language.lexicons import read_dynamic_verbs
from stages.triples.verbs import stems, verb_lemma


def test_the_shipped_lexicon():
    lexicon = read_dynamic_verbs()
    assert len(lexicon) >= 600
    assert lexicon["ride"] and lexicon["throw"] and not lexicon["wear"] and not lexicon["sit"]


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("sitting", "sit"), ("riding", "ride"), ("carries", "carry"), ("lying", "lie"), ("ridding", "ride")],
)
def test_stems(form, lemma):
    assert lemma in stems(form)


def test_a_verb_that_ends_in_a_known_one():
    assert verb_lemma("paragliding", "paragliding", {"glide": True}) == "paraglide"
    assert verb_lemma("zorbing", "zorbing", {"glide": True, "orb": True}) == "zorbing"
