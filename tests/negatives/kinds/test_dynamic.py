"""The kinds dynamic and stative: another verb of the same subject and object."""

import pytest

from tests.negatives.project import ACTS, NO_WORDS, VERBS, lexicon, triples_of, tuples_of


def test_a_dynamic_negative_has_another_verb_and_comes_both_ways():
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (3, "dog chase cat"))
    assert sorted(tuples_of(triples, "dynamic")) == [(0, [1], ["man feeding horse"]), (1, [0], ["man riding horse"])]


@pytest.mark.parametrize(
    "name, sentences, count",
    [
        ("stative", ["man sit on box", "man lie on box"], 2),
        ("stative", ["vase sit on box", "vase lie on box"], 0),  # a vase that sits may well lie
        ("stative", ["man sit on box", "man lean on box"], 0),  # nothing says that they exclude one another
        ("stative", ["man sit on box", "man sit in box"], 0),  # another preposition is not another verb
        ("dynamic", ["man ride horse", "man kiss horse"], 0),  # kiss is no act
    ],
)
def test_the_verbs_must_exclude_each_other(name, sentences, count):
    triples = triples_of(*enumerate(sentences))
    triples["dynamic"] = name == "dynamic"
    hang = [("hang", "excludes", "sit"), ("hang", "excludes", "lean")]
    verbs = lexicon(*ACTS, *hang, ("sit", "excludes_if_animate", "lie"))
    assert len(tuples_of(triples, name, verbs=verbs)) == count


@pytest.mark.parametrize(
    "also, nouns, verbs, count",
    [
        ("man ride horse", NO_WORDS, VERBS, 0),
        ("guy ride horse", NO_WORDS, VERBS, 2),
        ("guy ride horse", lexicon(("guy", "same", "man")), VERBS, 0),
        ("person ride horse", lexicon(("person", "may_be", "man")), VERBS, 0),
        ("man gallop horse", NO_WORDS, lexicon(*ACTS, ("gallop", "same", "ride")), 0),
        ("man gallop horse", NO_WORDS, lexicon(*ACTS, ("gallop", "implies", "ride")), 0),
        ("man ride dog", NO_WORDS, VERBS, 0),  # he rides, though something else
    ],
)
def test_an_image_is_refused_if_any_caption_states_the_act_of_the_anchor(also, nouns, verbs, count):
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (2, "man feed horse"), (2, also))
    assert len(tuples_of(triples, "dynamic", nouns, verbs)) == count
    assert len(tuples_of(triples[:3], "dynamic", nouns, verbs)) == 2
