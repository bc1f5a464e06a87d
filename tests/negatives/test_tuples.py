"""Properties of the tuples of all sets."""

import itertools

import numpy as np
import pandas as pd
import pytest

from stages.negatives.claims import read_claims
from stages.negatives.draw import balanced, pair_filters
from stages.negatives.items import image_triples
from stages.negatives.kind import Inputs
from stages.negatives.kinds import KINDS
from stages.negatives.release import data_card, release_table
from stages.negatives.summary import summarise, text_accuracy
from stages.negatives.tuples import make_tuples
from stages.negatives.word_relations import with_canonical_words
from tests.negatives.project import ACTS, ANIMALS, OPTIONS, SETS, VERBS, lexicon, many, triples_of, tuples_of


@pytest.mark.parametrize(
    "unknown, nouns, verbs, rule",
    [
        ("chase", ANIMALS, VERBS, "vague_verb"),
        ("", ANIMALS, lexicon(*ACTS, ("chase", "vague", "")), "vague_verb"),
        ("", lexicon(("tail", "unmentioned", "")), VERBS, "unmentioned_noun"),
    ],
)
def test_unknown_and_vague_verbs_and_unmentioned_nouns_are_in_no_random_tuple(unknown, nouns, verbs, rule):
    triples = triples_of((1, "man ride horse"), (2, "dog chase tail"), (3, "man feed horse"))
    triples["dynamic"] = triples["dynamic"].where(triples["relation"] != unknown, None)
    assert {anchor for anchor, _, _ in tuples_of(triples, "random", nouns, verbs)} == {0, 2}
    counts = make_tuples(triples, nouns, verbs, OPTIONS, 0)[1]["random"]
    assert counts[rule] == 1 and {"doubled_preposition", "not_corroborated", "seen_once"} <= set(counts)


def test_too_similar_images_are_refused():
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (3, "man chase horse"))
    features = np.array([3, 1, 2]), np.array([[0, 1], [1, 0], [1, 0]], np.float16)
    options = OPTIONS.model_copy(update={"per_anchor": 9, "temperature": 1.0, "max_similarity": 0.9})
    pairs = {frozenset([a, *n]) for a, n, _ in tuples_of(triples, "dynamic", options=options, features=features)}
    assert pairs == {frozenset([0, 2]), frozenset([1, 2])}


def test_false_negatives_are_those_of_a_plain_double_loop():
    nouns, verbs = lexicon(("guy", "same", "man")), lexicon(("ride", "implies", "sit"))
    triples = with_canonical_words(many(), nouns, verbs)
    items, claims = image_triples(triples), read_claims(triples, nouns, verbs)
    filters = pair_filters(KINDS["random"], items, Inputs(triples, nouns, verbs, OPTIONS), claims, None)
    stated = {}
    for row in triples.itertuples():
        subject, object = ("man" if noun == "guy" else noun for noun in (row.subject, row.object))
        for verb in {"ride": ("ride", "sit"), "sit": ("ride", "sit")}.get(row.relation, (row.relation,)):
            stated.setdefault(row.image_id, set()).add((subject, verb, object))
    plain = items[["subject", "relation", "object"]].replace("guy", "man")
    own, images = list(plain.itertuples(index=False, name=None)), items["image_id"]
    first, second = np.array(list(itertools.product(range(len(items)), range(0, len(items), 7)))).T
    expected = [own[a] in stated[images[b]] or own[b] in stated[images[a]] for a, b in zip(first, second)]
    assert filters["false_negative"](first, second).tolist() == expected
    assert any(expected) and not all(expected)


@pytest.mark.parametrize("k", [1, 2])
def test_a_reader_of_texts_alone_scores_exactly_chance(k):
    """Whatever number a reader gives each text: here random numbers, many times, and their lengths."""
    table, _ = make_tuples(many(), ANIMALS, VERBS, OPTIONS.model_copy(update={"k": k}), 0)
    table = table[table["split"] == "test"].reset_index(drop=True)
    draw = np.random.default_rng(0).permutation
    for reader in [lambda texts: draw(len(texts))] * 5 + [lambda texts: [len(text) for text in texts]]:
        accuracy = text_accuracy(table, reader)
        assert {"dynamic", "swapped", "random"} <= set(accuracy.index)
        for name, value in accuracy.items():
            assert value == pytest.approx(1 / 2 if name == "swapped" else 1 / (k + 1))


def test_members_of_a_tuple_stand_together_in_one_split_with_different_images_and_each_is_the_anchor_once():
    triples = many()
    table, _ = make_tuples(triples, ANIMALS, VERBS, OPTIONS.model_copy(update={"k": 2}), 0)
    present = table[table["triple_id"] >= 0]
    assert not present.duplicated(["tuple_id", "image_id"]).any()
    assert (table.groupby("tuple_id")["split"].nunique() == 1).all()
    assert table["tuple_id"].is_monotonic_increasing
    assert table.groupby("tuple_id").cumcount().tolist() == table["place"].tolist()
    own = triples.set_index("triple_id").loc[present["triple_id"]]
    for column in ("image_id", "caption_id", "split", "text"):
        assert present[column].tolist() == own[column].tolist()
    members = [(name, *ids) for (name, _), ids in table.groupby(["set", "tuple_id"])["triple_id"].agg(list).items()]
    groups = [(name, anchor, frozenset([anchor, *others])) for name, anchor, *others in members if -1 not in others]
    expected = {(name, one, ids) for name, _, ids in groups for one in ids}
    assert set(groups) == expected and len(groups) == len(expected)


def test_a_pair_of_nouns_gives_no_more_tuples_than_allowed():
    options = OPTIONS.model_copy(update={"per_anchor": 3, "max_per_pair": 4})
    table, _ = make_tuples(many(), ANIMALS, VERBS, options, 0)
    anchors = table[(table["set"] == "dynamic") & (table["place"] == 0)]
    assert anchors.groupby(["split", "subject", "object"]).size().max() <= 4


@pytest.mark.parametrize("temperature, share", [(0, 0.5), (1, 0.2)])
def test_verbs_of_a_pair_of_nouns_are_balanced_by_temperature(temperature, share):
    """Of 10,000 groups of two, 2,000 have the verb feed; the groups of 2,000 tuples are kept."""
    rows = pd.DataFrame({"split": "test", "subject": "man", "object": "horse", "relation": ["ride"] * 4 + ["feed"]})
    groups = np.repeat(np.arange(10_000) % 5, 2).reshape(-1, 2)
    kept = balanced(groups, rows, 2000, temperature, np.random.default_rng(0))
    assert len(kept) == 1000 and np.mean(kept[:, 0] == 4) == pytest.approx(share, abs=0.05)


def test_marks_of_what_never_occurs_in_train():
    triples = triples_of((1, "man ride horse", "train"), (2, "man ride horse", "test"), (3, "man feed horse", "test"))
    table, _ = make_tuples(triples, ANIMALS, VERBS, OPTIONS, 0)
    anchors = table[(table["set"] == "dynamic") & (table["place"] == 0)].set_index("triple_id")
    marks = anchors.loc[[1, 2], ["unseen_relation", "unseen_triple"]]
    assert marks.to_numpy().tolist() == [[False, False], [True, True]]


def test_no_triples_give_empty_sets_that_are_named():
    table, refused = make_tuples(many()[:0], ANIMALS, VERBS, OPTIONS, 0)
    card = data_card(summarise(table, refused))
    assert all(f"| {name} | 0 | 0 | 0 | 0 | 0 | - |" in card for name in SETS)
    assert table.empty and "scores on test: no test tuples." in card


def test_release_names_images_and_captions():
    triples = triples_of((7, "dog chase cat"), (8, "cat chase dog"), (9, "man ride horse"))
    table, _ = make_tuples(triples, ANIMALS, VERBS, OPTIONS, 0)
    rows = release_table(table[table["set"] == "swapped"])
    assert rows["image_id"].to_pylist() == [8, 7, 9]
    assert rows["negative_image_ids"].to_pylist() == [[7], [8], []]
    assert rows["negative_caption_ids"].to_pylist() == [[0], [1], []]
    assert rows["negative_texts"].to_pylist() == [["dog chasing cat"], ["cat chasing dog"], ["horse riding man"]]


def test_every_kind_draws_by_a_number_of_its_own_and_hard_ones_come_first():
    assert {name: KINDS[name].number for name in SETS} == {"dynamic": 0, "stative": 1, "swapped": 2, "random": 3}
    assert len({kind.number for kind in KINDS.values()}) == len(KINDS)
    assert [name for name in KINDS if not KINDS[name].hard] == list(KINDS)[-1:] == ["random"]


def test_a_set_does_not_depend_on_the_others():
    """Nor on the order in which params.yaml names them."""
    alone = OPTIONS.model_copy(update={"sets": {"swapped": {}}})
    every = OPTIONS.model_copy(update={"sets": dict.fromkeys(reversed(list(KINDS)), {})})
    found = [tuples_of(many(), "swapped", options=options) for options in (OPTIONS, alone, every)]
    assert found[0] == found[1] == found[2]
    assert list(make_tuples(many(), ANIMALS, VERBS, every, 0)[1]) == list(KINDS)
