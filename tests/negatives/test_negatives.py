"""Hard negatives on small hand-made captions."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.common.language.inflection import triple_text
from stages.negatives import items as items_module
from stages.negatives.agreement import confused, confused_verbs, corroborated
from stages.negatives.choose import Refusal
from stages.negatives.claims import PARTS, read_claims
from stages.negatives.items import check_triples, doubled_preposition, image_triples, known
from stages.negatives.kinds import KINDS as REGISTRY
from stages.negatives.lexicon import KINDS, of_kind, read_lexicon, words
from stages.negatives.options import NegativesOptions
from stages.negatives.release import data_card, release_table
from stages.negatives.summary import summarise, text_accuracy
from stages.negatives.tuples import make_tuples

SETS = ("dynamic", "stative", "swapped", "random")
OPTIONS = NegativesOptions(
    sets={name: {} for name in SETS},
    k=1,
    per_anchor=2,
    max_per_pair=100,
    temperature=0.5,
    max_similarity=1.0,
    exact_nouns=False,
)
NO_WORDS = pd.DataFrame(columns=["word", "kind", "other"], dtype=str)
ACTS = [(verb, "act", "") for verb in ("ride", "chase", "feed", "gallop")]
DYNAMIC = dict.fromkeys(("ride", "chase", "feed", "gallop", "kiss"), True) | dict.fromkeys(("sit", "lie"), False)


@pytest.fixture(autouse=True)
def one_image_is_enough(monkeypatch):
    """Here one image makes a word known, so that examples stay small; the rule has a test of its own."""
    monkeypatch.setattr(items_module, "KNOWN", 1)


def triples_of(*rows: tuple[int, str, str], split: str = "train") -> pd.DataFrame:
    """Triples from (image_id, "subject verb [preposition] object"), one caption each."""
    table = []
    for number, (image, sentence, *where) in enumerate(rows):
        subject, verb, *preposition, object = sentence.split()
        table.append(
            {
                "triple_id": number,
                "caption_id": number,
                "image_id": image,
                "split": where[0] if where else split,
                "subject": subject,
                "relation": verb,
                "particle": None,
                "preposition": preposition[0] if preposition else None,
                "object": object,
                "text": triple_text(subject, verb, None, preposition[0] if preposition else None, object),
                "dynamic": DYNAMIC.get(verb),
                "passive": False,
                "rank": 0,
            }
        )
    return pd.DataFrame(table)


def lexicon(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["word", "kind", "other"], dtype=str)


VERBS = lexicon(*ACTS)
ANIMALS = lexicon(*[(noun, "animate", "") for noun in ("man", "guy", "woman", "dog", "cat", "horse")])


def tuples_of(triples, name, nouns=ANIMALS, verbs=VERBS, options=OPTIONS, seed=0, features=None):
    """(anchor, negatives, texts) of every tuple of a set."""
    table, _ = make_tuples(triples, nouns, verbs, options, seed, features)
    table = table[table["set"] == name]
    return [
        (anchor, list(ids), list(texts))
        for anchor, ids, texts in zip(table["anchor"], table["negatives"], table["negative_texts"])
    ]


def many(split: str = "train") -> pd.DataFrame:
    """400 images of random triples, every other with a second caption, which mostly disagrees."""
    rng = np.random.default_rng(5)
    nouns, verbs = ["man", "guy", "dog", "cat", "horse"], ["ride", "chase", "feed", "sit on", "lie on"]
    texts = [f"{rng.choice(nouns)} {rng.choice(verbs)} {rng.choice(nouns)}" for _ in range(600)]
    splits = rng.choice(["train", "test"], 400)
    return triples_of(*[(i * 2 // 3, text, splits[i * 2 // 3]) for i, text in enumerate(texts)])


def test_dynamic_negative_has_another_verb_and_comes_both_ways():
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (3, "dog chase cat"))
    kept = sorted(tuples_of(triples, "dynamic"))
    assert kept == [(0, [1], ["man feeding horse"]), (1, [0], ["man riding horse"])]


def test_stative_verbs_must_exclude_each_other():
    """A man who sits does not lie; a vase that sits may well lie, and what a table has may cover it."""
    verbs = lexicon(("sit", "excludes_if_animate", "lie"), ("hang", "excludes", "sit"))
    nouns = lexicon(("man", "animate", ""))
    man, vase = (triples_of((1, f"{who} sit on box"), (2, f"{who} lie on box")) for who in ("man", "vase"))
    assert len(tuples_of(man, "stative", nouns, verbs)) == 2
    assert tuples_of(vase, "stative", nouns, verbs) == []
    assert tuples_of(man, "stative", nouns) == []


def test_another_preposition_is_not_another_verb():
    assert tuples_of(triples_of((1, "cat sit on car"), (2, "cat sit in car")), "stative") == []


def test_swapped_negative_is_an_image_where_one_exists_and_a_text_alone_elsewhere():
    triples = triples_of((1, "dog chase cat"), (2, "cat chase dog"), (3, "man ride horse"))
    assert sorted(tuples_of(triples, "swapped")) == [
        (0, [1], ["cat chasing dog"]),
        (1, [0], ["dog chasing cat"]),
        (2, [], ["horse riding man"]),
    ]


def test_swapped_text_alone_is_never_asked_in_test():
    assert tuples_of(triples_of((1, "man ride horse", "test")), "swapped") == []


@pytest.mark.parametrize(
    "sentence, row",
    [("man kiss woman", ("kiss", "symmetric", "")), ("man sit with dog", ("with", "symmetric_preposition", ""))],
)
def test_symmetric_relations_have_no_swapped_negative(sentence, row):
    assert tuples_of(triples_of((1, sentence)), "swapped", verbs=lexicon(row)) == []
    assert len(tuples_of(triples_of((1, sentence)), "swapped")) == 1


def test_a_thing_related_to_its_like_has_no_swapped_negative():
    assert tuples_of(triples_of((1, "dog chase dog")), "swapped") == []


@pytest.mark.parametrize(
    "also, nouns, verbs",
    [
        ("man ride horse", NO_WORDS, VERBS),
        ("guy ride horse", lexicon(("guy", "same", "man")), VERBS),
        ("person ride horse", lexicon(("person", "may_be", "man")), VERBS),
        ("man gallop horse", NO_WORDS, lexicon(*ACTS, ("gallop", "same", "ride"))),
        ("man gallop horse", NO_WORDS, lexicon(*ACTS, ("gallop", "implies", "ride"))),
        ("man ride dog", NO_WORDS, VERBS),  # he rides, though something else
    ],
)
def test_an_image_is_refused_if_any_caption_states_the_act_of_the_anchor(also, nouns, verbs):
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (2, "man feed horse"), (2, also))
    assert tuples_of(triples, "dynamic", nouns, verbs) == []
    assert len(tuples_of(triples[:3], "dynamic", nouns, verbs)) == 2


def test_a_verb_of_no_act_is_no_dynamic_negative():
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"))
    assert tuples_of(triples, "dynamic", verbs=lexicon(("ride", "act", ""))) == []


def test_verbs_that_captions_of_one_image_take_for_each_other_are_no_negatives():
    """In two of the four images where two captions have a cat, it sits for one and lies for the other."""
    said = [("cat", "sit", "lie")] * 2 + [("cat", "sit", "sit")] * 2 + [("dog", "sit", "lie"), ("dog", "sit", "sit")]
    rows = [(image, f"{who} {verb} on bed") for image, (who, *verbs) in enumerate(said) for verb in verbs]
    triples = triples_of(*rows)
    pairs = confused_verbs(triples, words(NO_WORDS), words(NO_WORDS))
    assert pairs.to_numpy().tolist() == [["cat", "lie", "sit"], ["cat", "sit", "lie"]]  # one dog is not often
    first, second = np.array([0, 0, 8]), np.array([1, 4, 9])  # sit and lie, sit and sit of cats; sit and lie of dogs
    rule = confused(triples, pairs, words(NO_WORDS), words(NO_WORDS))
    assert rule(first, second).tolist() == [True, False, False]


def test_what_one_caption_says_another_must_bear_out():
    """By the same verb of the same subject or object; a lone caption is taken at its word."""
    triples = triples_of(
        (1, "man ride horse"),
        (1, "guy ride pony"),
        (1, "woman ride horse"),
        (1, "man feed horse"),
        (2, "dog chase cat"),
    )
    assert corroborated(triples, words(NO_WORDS), words(NO_WORDS)).tolist() == [True, False, True, False, True]
    nouns = words(lexicon(("guy", "same", "man")))
    assert corroborated(triples, nouns, words(NO_WORDS)).tolist() == [True, True, True, False, True]


def test_without_synonyms_of_nouns_only_the_same_words_refuse():
    rows = (1, "man ride horse"), (2, "man feed horse"), (2, "man feed horse"), (2, "guy ride horse")
    assert len(tuples_of(triples_of(*rows), "dynamic")) == 2


def test_a_swapped_passive_keeps_its_participle():
    triples = triples_of((1, "truck park on boat"), (2, "boat park on street"))
    triples["passive"], triples["dynamic"] = True, False
    assert tuples_of(triples, "swapped") == [(0, [], ["boat parked on truck"])]


@pytest.mark.parametrize(
    "elsewhere, swapped",
    [("cat chase mouse", []), ("ball chase cat", ["ball chasing dog"])],
)
def test_a_thing_changes_places_only_where_an_image_shows_it_in_the_other_role(elsewhere, swapped):
    """No ball chases a dog, unless balls are known to chase; dogs and cats always may."""
    triples = triples_of((1, "dog chase ball"), (2, elsewhere))
    assert [texts for anchor, _, texts in tuples_of(triples, "swapped") if anchor == 0] == [[text] for text in swapped]


def test_what_goes_without_saying_is_in_no_random_or_swapped_tuple():
    triples = triples_of((1, "man ride horse"), (2, "dog chase tail"), (3, "cat chase dog"))
    nouns = lexicon(("tail", "unmentioned", ""))
    assert {anchor for anchor, _, _ in tuples_of(triples, "random", nouns)} == {0, 2}


@pytest.mark.parametrize("verbs", [VERBS, lexicon(*ACTS, ("chase", "vague", ""))])
def test_unknown_and_vague_verbs_are_in_no_tuple(verbs):
    triples = triples_of((1, "man ride horse"), (2, "dog chase cat"), (3, "man feed horse"))
    if verbs is VERBS:
        triples["dynamic"] = triples["dynamic"].where(triples["relation"] != "chase", None)
    table, refused = make_tuples(triples, ANIMALS, verbs, OPTIONS, 0)
    assert set(table["anchor"]) == {0, 2}
    assert refused["random"]["vague_verb"] == 1


def test_words_of_one_image_alone_are_unknown(monkeypatch):
    monkeypatch.setattr(items_module, "KNOWN", 2)
    rows = ["man ride horse", "man ride dog", "dog ride horse", "man feed horse", "cat feed horse"]
    items = image_triples(triples_of(*enumerate(rows)))
    kept = items["text"][known(items, {"man", "dog", "cat"})]
    assert sorted(kept) == ["man riding horse"]  # two images have "man riding", two "riding horse"


def test_people_are_not_known_to_sit_on_what_things_sit_on(monkeypatch):
    monkeypatch.setattr(items_module, "KNOWN", 2)
    rows = ["man sit on pan", "man sit on mat", "dog sit on mat", "dog sit on pot", "pie sit on pan", "pie sit on pan"]
    items = image_triples(triples_of(*enumerate(rows)))
    kept = set(items["text"][known(items, {"man", "dog"})])
    assert kept == {"man sitting on mat", "dog sitting on mat", "pie sitting on pan"}


def test_the_lists_in_data_name_each_word_once_and_acts_by_their_first_synonym():
    data = Path(__file__).parents[2] / "data"
    for name, file in (("nouns", "nouns.csv"), ("verbs", "verb_synonyms.csv")):
        table = read_lexicon(data / file, KINDS[name])
        same = table[table["kind"] == "same"]
        assert not table.duplicated().any() and same["word"].is_unique
        assert not set(same["word"]) & {*same["other"], *of_kind(table, "act")}


def test_an_unknown_kind_of_word_is_named(tmp_path):
    (tmp_path / "nouns.csv").write_text("word,kind,other\n# a comment\nguy,like,man\n# rows: 1\n")
    with pytest.raises(InputError, match="guy: kind 'like' is unknown; use one of animate"):
        read_lexicon(tmp_path / "nouns.csv", KINDS["nouns"])


def test_a_particle_that_doubles_the_preposition_is_a_slip():
    triples = triples_of((1, "cat sit on bed"), (2, "cat sit in box"), (3, "cat lie on bed"))
    triples["particle"] = ["on", "down", None]
    items = image_triples(triples)
    assert items.loc[doubled_preposition(items), "triple_id"].tolist() == [0]


def test_too_similar_images_are_refused():
    triples = triples_of((1, "man ride horse"), (2, "man feed horse"), (3, "man chase horse"))
    features = np.array([3, 1, 2]), np.array([[0, 1], [1, 0], [1, 0]], np.float16)
    options = OPTIONS.model_copy(update={"per_anchor": 9, "temperature": 1.0, "max_similarity": 0.9})
    pairs = {frozenset([a, *n]) for a, n, _ in tuples_of(triples, "dynamic", options=options, features=features)}
    assert pairs == {frozenset([0, 2]), frozenset([1, 2])}


def test_refusals_are_those_of_a_plain_double_loop():
    triples = many()
    nouns, verbs = lexicon(("guy", "same", "man")), lexicon(("ride", "implies", "sit"))
    items = image_triples(triples)
    claims = read_claims(triples, words(nouns), words(verbs))
    places = claims.images.get_indexer(items["image_id"])
    refuse = Refusal(claims, places, claims.statements(items), PARTS, None, 1.0, {})
    stated = {}
    for row in triples.replace("guy", "man").itertuples():
        said = stated.setdefault(row.image_id, set())
        for verb in {"ride": ("ride", "sit"), "sit": ("ride", "sit")}.get(row.relation, (row.relation,)):
            said.add((row.subject, verb, row.object))
    plain = items.replace("guy", "man")
    own = list(zip(plain["subject"], plain["relation"], plain["object"], strict=True))
    images = list(plain["image_id"])
    pairs = list(itertools.product(range(len(items)), range(0, len(items), 7)))
    expected = [own[a] in stated[images[b]] or own[b] in stated[images[a]] for a, b in pairs]
    first, second = np.array(pairs).T
    assert refuse.reasons(first, second)["false_negative"].tolist() == expected
    assert any(expected) and not all(expected)


def test_order_of_rows_changes_nothing_and_the_seed_does():
    triples = many()
    tables = [
        make_tuples(rows, ANIMALS, VERBS, OPTIONS, seed)[0].astype(str)
        for rows, seed in ((triples, 0), (triples.sample(frac=1, random_state=1), 0), (triples, 1))
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])


@pytest.mark.parametrize("k", [1, 2])
def test_a_reader_of_texts_alone_scores_exactly_chance(k):
    """Whatever number a reader gives each text: here random numbers, many times, and their lengths."""
    triples = many()
    options = OPTIONS.model_copy(update={"k": k})
    table, _ = make_tuples(triples, ANIMALS, VERBS, options, 0)
    table = table[table["split"] == "test"].reset_index(drop=True)
    table["text"] = triples.set_index("triple_id")["text"].loc[table["anchor"]].to_numpy()
    rng = np.random.default_rng(0)
    readers = [lambda texts: rng.permutation(len(texts))] * 5 + [lambda texts: [len(text) for text in texts]]
    for reader in readers:
        accuracy = text_accuracy(table, reader)
        assert {"dynamic", "swapped", "random"} <= set(accuracy.index)
        for name, value in accuracy.items():
            assert value == pytest.approx(1 / 2 if name == "swapped" else 1 / (k + 1))


def test_images_of_a_tuple_differ_and_stay_in_one_split():
    triples = many()
    facts = triples.set_index("triple_id")
    options = OPTIONS.model_copy(update={"k": 2})
    table, _ = make_tuples(triples, ANIMALS, VERBS, options, 0)
    for row in table.itertuples():
        members = facts.loc[[row.anchor, *row.negatives]]
        assert members["image_id"].is_unique
        assert set(members["split"]) == {row.split}


def test_a_pair_of_nouns_gives_no_more_tuples_than_allowed():
    options = OPTIONS.model_copy(update={"per_anchor": 3, "max_per_pair": 4})
    triples = many()
    table, _ = make_tuples(triples, ANIMALS, VERBS, options, 0)
    table = table.join(triples.set_index("triple_id")[["subject", "object"]], on="anchor")
    counts = table[table["set"] == "dynamic"].groupby(["split", "subject", "object"]).size()
    assert counts.max() <= 4


def test_marks_of_what_never_occurs_in_train():
    triples = triples_of((1, "man ride horse", "train"), (2, "man ride horse", "test"), (3, "man feed horse", "test"))
    table, _ = make_tuples(triples, ANIMALS, VERBS, OPTIONS, 0)
    marks = table[table["set"] == "dynamic"].set_index("anchor")[["unseen_relation", "unseen_triple"]]
    assert marks.loc[1].tolist() == [False, False]
    assert marks.loc[2].tolist() == [True, True]


def test_no_triples_give_empty_sets_that_are_named():
    triples = many()[:0].astype({"image_id": "int64", "triple_id": "int64", "rank": "int8"})
    table, refused = make_tuples(triples, ANIMALS, VERBS, OPTIONS, 0)
    assert table.empty
    summary = summarise(table, triples, refused)
    assert [summary["sets"][name]["tuples"]["train"] for name in SETS] == [0, 0, 0, 0]
    assert "| dynamic | 0 | 0 | 0 |" in data_card(summary)


def test_release_names_images_and_captions():
    triples = triples_of((7, "dog chase cat"), (8, "cat chase dog"), (9, "man ride horse"))
    table, _ = make_tuples(triples, ANIMALS, VERBS, OPTIONS, 0)
    rows = release_table(table[table["set"] == "swapped"].reset_index(drop=True), triples)
    assert rows["image_id"].to_pylist() == [8, 7, 9]
    assert rows["negative_image_ids"].to_pylist() == [[7], [8], []]
    assert rows["negative_caption_ids"].to_pylist() == [[0], [1], []]


def test_an_image_in_two_splits_is_named():
    triples = triples_of((1, "man ride horse"), (1, "man feed horse"))
    triples.loc[1, "split"] = "test"
    with pytest.raises(InputError, match="image_id 1 is in two splits"):
        check_triples(triples, "triples.parquet")


def test_every_kind_draws_by_a_number_of_its_own_and_hard_ones_stand_first():
    assert {name: REGISTRY[name].number for name in SETS} == {"dynamic": 0, "stative": 1, "swapped": 2, "random": 3}
    assert len({kind.number for kind in REGISTRY.values()}) == len(REGISTRY)
    assert [name for name in REGISTRY if not REGISTRY[name].hard] == list(REGISTRY)[-1:] == ["random"]


def test_a_set_does_not_depend_on_the_others():
    """Nor on the order in which params.yaml names them."""
    alone = OPTIONS.model_copy(update={"sets": {"swapped": {}}})
    every = OPTIONS.model_copy(update={"sets": dict.fromkeys(reversed(list(REGISTRY)), {})})
    wanted = tuples_of(many(), "swapped")
    assert tuples_of(many(), "swapped", options=alone) == tuples_of(many(), "swapped", options=every) == wanted
    assert list(make_tuples(many(), ANIMALS, VERBS, every, 0)[1]) == list(REGISTRY)
