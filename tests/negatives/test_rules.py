"""Which triples, words and pairs of verbs the rules keep, and how often each candidate is drawn."""

import numpy as np
import pandas as pd
import pytest

from stages.common.language.lexicons import SHIPPED, of_kind, read_lexicon
from stages.negatives import items as items_module
from stages.negatives.agreement import confused_verbs, corroborated
from stages.negatives.items import doubled_preposition, image_triples, plausible
from stages.negatives.kind import Inputs
from stages.negatives.kinds import KINDS
from stages.negatives.samplers import other_word
from stages.negatives.word_relations import compatible, with_canonical_words
from tests.negatives.project import NO_WORDS, OPTIONS, lexicon, triples_of


@pytest.mark.parametrize(
    "sentences, animate, kept",
    [
        ("man ride horse, man ride dog, dog ride horse, man feed horse, cat feed horse", "man dog cat", [0]),
        ("man sit on pan, man sit on mat, man sit on mat, pie sit on pan, pie sit on pan", "man", [1, 2, 3, 4]),
    ],
)
def test_words_of_one_image_alone_are_not_plausible(monkeypatch, sentences, animate, kept):
    """Two images have "man ride", two "ride horse"; people do not sit on pans, though things do."""
    monkeypatch.setattr(items_module, "MIN_IMAGES", 2)
    items = image_triples(triples_of(*enumerate(sentences.split(", "))))
    assert sorted(items["triple_id"][plausible(items, set(animate.split()))]) == kept


def test_an_image_has_a_triple_once_passive_only_with_a_preposition_which_no_particle_repeats():
    sentences = [*["man ride horse"] * 3, "man sit on horse", "cat sit on bed", "cat sit in box"]
    triples = triples_of(*zip([1, 1, 2, 3, 4, 5], sentences))
    triples["passive"], triples["particle"] = [False, True, False, True, False, False], [*[None] * 4, "on", "down"]
    items = image_triples(triples.sample(frac=1, random_state=0)).sort_values("triple_id")
    assert items["triple_id"].tolist() == [0, 2, 3, 4, 5]
    assert items["phrase"].tolist() == ["ride||", "ride||", "sit||on|passive", "sit|on|on", "sit|down|in"]
    assert items.loc[doubled_preposition(items), "triple_id"].tolist() == [4]


def test_the_lists_in_data_name_each_word_once_and_acts_by_their_first_synonym():
    for name in ("nouns", "verb_synonyms"):
        table = read_lexicon(name, SHIPPED)
        same = table[table["kind"] == "same"]
        assert not table.duplicated().any() and same["word"].is_unique
        assert not set(same["word"]) & {*same["other"], *of_kind(table, "act")}


def test_a_triple_is_corroborated_by_the_verb_with_its_subject_or_object_in_another_caption():
    rows = (1, "man ride horse"), (1, "guy ride pony"), (1, "woman ride horse"), (1, "man feed horse")
    triples = triples_of(*rows, (2, "dog chase cat"))  # an image with one caption
    for nouns, guy in ((NO_WORDS, False), (lexicon(("guy", "same", "man")), True)):
        found = corroborated(with_canonical_words(triples, nouns, NO_WORDS))
        assert found.tolist() == [True, guy, True, False, True]


def test_verbs_that_captions_of_one_image_use_for_the_same_are_confused():
    """In two of the four images where two captions have a cat, it sits in one and lies in the other."""
    stated = [("cat", "sit", "lie")] * 2 + [("cat", "sit", "sit")] * 2 + [("dog", "sit", "lie"), ("dog", "sit", "sit")]
    rows = [(image, f"{who} {verb} on bed") for image, (who, *verbs) in enumerate(stated) for verb in verbs]
    triples = with_canonical_words(triples_of(*rows), NO_WORDS, NO_WORDS)
    pairs, inputs = confused_verbs(triples), Inputs(triples, NO_WORDS, NO_WORDS, OPTIONS)
    assert pairs.to_numpy().tolist() == [["cat", "lie", "sit"], ["cat", "sit", "lie"]]  # one dog is not often
    first, second = np.array([0, 0, 8]), np.array([1, 4, 9])  # sit and lie, sit and sit of cats; sit and lie of dogs
    assert KINDS["stative"].pair_filters(triples, inputs)["confused"](first, second).tolist() == [True, False, False]


def test_verbs_are_confused_where_a_fifth_of_the_rarer_verbs_images_has_both():
    """Men sit and stand in two of the 10 images with either verb; with one more of each in two of 11."""
    rows = [(image, f"man {verb} on bed") for image in range(2) for verb in ("sit", "stand")]
    rows += [(image, f"man {'sit' if image % 2 else 'stand'} on bed") for image in range(2, 20) for _ in range(2)]
    triples = with_canonical_words(triples_of(*rows), NO_WORDS, NO_WORDS)
    assert [len(confused_verbs(triples[triples["image_id"] < images])) for images in (18, 20)] == [2, 0]


def test_a_preposition_may_make_a_verb_exclude_another():
    """Who holds an umbrella may stand under it, but not on it; acts exclude one another, but not themselves."""
    verbs = lexicon(("hold", "excludes", "stand on"), ("ride", "act", ""), ("chase", "act", ""))
    sentences = ["man hold box", "man stand on box", "man stand under box", "man ride box", "man chase box"]
    rows = with_canonical_words(triples_of(*enumerate(sentences)), NO_WORDS, verbs)
    first, second = np.indices((5, 5)).reshape(2, -1)
    excluded = ~compatible(rows, verbs, NO_WORDS)(first, second)
    assert {*zip(first[excluded].tolist(), second[excluded].tolist())} == {(0, 1), (1, 0), (3, 4), (4, 3)}


@pytest.mark.parametrize("temperature", [0, 0.5, 1])
def test_another_word_is_drawn_by_its_frequency_and_its_rows_evenly(temperature):
    """For a man who feeds: one of the nine who ride or of the two who lead; nothing for the only dog."""
    words = ["man ride"] * 9 + ["man feed"] * 4 + ["man lead"] * 2 + ["boy ride"] * 3 + ["boy feed", "dog ride"]
    rows = pd.DataFrame([text.split() for text in words], columns=["who", "verb"])
    rows = rows.sample(frac=1, random_state=0).reset_index(drop=True)
    anchor = rows.index[(rows["who"] == "man") & (rows["verb"] == "feed")][0]
    draw = other_word(rows, ["who"], "verb", temperature)
    counts = np.bincount(draw(np.repeat(anchor, 20_000), np.random.default_rng(0)), minlength=len(rows))
    sizes = rows.groupby(["who", "verb"])["verb"].transform("size").to_numpy(float)
    weights = sizes ** (temperature - 1) * ((rows["who"] == "man") & (rows["verb"] != "feed"))
    np.testing.assert_allclose(counts / 20_000, weights / weights.sum(), atol=0.01)
    assert draw(rows.index[rows["who"] == "dog"].to_numpy(), np.random.default_rng(0)).tolist() == [-1]
