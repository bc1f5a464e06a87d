"""Which verb, and who: questions by hand, ranks on a small matrix, against plain loops."""

import numpy as np
import pandas as pd

from stages.evaluate.measures import inference
from stages.evaluate.measures.inference import (
    MEASURE,
    blind_scores,
    described,
    of_such_nouns,
    ranks,
    role_outcomes,
    role_questions,
    verb_questions,
    verb_scores,
)
from tests.evaluate.project import embedded, inputs, model, random_table, triples

ANIMATE = {"man", "horse", "dog"}
TRAIN = ["man ride horse", "man ride horse", "dog chase man", "man sit on bench", "dog sit near bench"]
TEST = [(1, "man ride horse"), (1, "man feed horse"), (2, "horse ride man"), (3, "dog sit on bench")]
TRAINING = described(triples(list(enumerate(TRAIN)), "train"), ANIMATE)
QUESTIONS = verb_questions(described(triples(TEST), ANIMATE), TRAINING, seed=0)
MODEL = model(random_table([1, 2, 3]), random_table(QUESTIONS.texts.flat, seed=4))


def test_each_pair_of_nouns_is_asked_with_every_phrase():
    assert QUESTIONS.verbs.tolist() == ["chase", "feed", "ride", "sit"] and QUESTIONS.texts.shape == (3, 5)
    assert QUESTIONS.texts[QUESTIONS.table["pair"][0]].tolist() == [
        "man chasing horse",
        "man feeding horse",
        "man riding horse",
        "man sitting near horse",
        "man sitting on horse",
    ]
    assert QUESTIONS.also_true.sum(axis=1).tolist() == [2, 2, 1, 1]  # the man rides and feeds it: neither is a mistake


def test_a_verb_scores_by_the_best_of_its_phrases():
    scores = verb_scores(QUESTIONS, MODEL)
    for row, (image, pair) in enumerate(zip(QUESTIONS.table["image_id"], QUESTIONS.table["pair"])):
        cosine = {t: MODEL.images.of([image])[0] @ MODEL.texts.of([t])[0] for t in QUESTIONS.texts[pair]}
        slow = [max(c for t, c in cosine.items() if f" {verb}" in t) for verb in ("chas", "feed", "rid", "sit")]
        assert np.allclose(scores[row], slow)


def test_it_scores_alike_however_many_texts_are_embedded_at_once(monkeypatch):
    whole, sizes = verb_scores(QUESTIONS, MODEL), []
    monkeypatch.setattr(inference, "TEXTS_AT_ONCE", 2 * QUESTIONS.texts.shape[1])  # those of two of the three pairs
    counting = MODEL._replace(embed=lambda texts: sizes.append(len(texts)) or MODEL.texts.of(texts))
    assert (verb_scores(QUESTIONS, counting) == whole).all() and sizes == [10, 5]


def test_ranks_by_hand():
    """Verb 2 is behind verb 0; not where verb 0 is not offered, or is also true; a tie counts against it."""
    scores = np.array([[0.9, 0.2, 0.5]] * 3 + [[0.5, 0.5, 0.5]])
    place, true = np.array([2] * 4), np.eye(3, dtype=bool)[[2] * 4]
    true[2, 0] = True
    offered = np.array([[True] * 3, [False, True, True], [True] * 3, [True] * 3])
    assert ranks(scores, place, true, offered).tolist() == [2, 1, 1, 3]


def test_readers_without_an_image():
    """sit and ride are equally common, sit comes later; a man and a horse are known for riding."""
    found = blind_scores(QUESTIONS, TRAINING)
    assert found["no image: the most frequent verb"].argmax(axis=1).tolist() == [2] * 4
    assert found["no image: both nouns"].argmax(axis=1).tolist() == [2, 2, 0, 3]  # a man as an object was chased
    assert found["no image: both nouns"].shape == (4, 4)


def test_verbs_between_such_nouns():
    offered = of_such_nouns(QUESTIONS, TRAINING)
    assert offered[0].tolist() == [True, False, True, False]  # animate both: chase and ride
    assert offered[1].tolist() == [True, True, True, False]  # and the question's own
    assert offered[3].tolist() == [False, False, False, True]  # a bench is only sat on


def test_the_order_is_asked_where_either_could_be():
    """Not of a bench, nor where captions state both orders, nor of "near", which goes both ways."""
    test = triples([*TEST, (4, "man chase dog"), (4, "dog chase man"), (5, "man stand near dog")])
    verbs = pd.DataFrame({"word": ["near"], "kind": ["symmetric_preposition"], "other": [""]})
    table = role_questions(described(test, ANIMATE), verbs)
    assert table["text"].tolist() == ["man riding horse", "man feeding horse", "horse riding man"]
    assert table["swapped"].tolist() == ["horse riding man", "horse feeding man", "man riding horse"]


def test_the_order_is_found_by_the_cosine():
    """Image 1 is nearer to its own order, image 2 as near to both: a tie is wrong, but half for a blind reader."""
    table = pd.DataFrame({"image_id": [1, 2], "text": ["a", "b"], "swapped": ["b", "a"]})
    evaluated = model(embedded([1, 2], [[1.0, 0], [1, 1]]), embedded(["a", "b"], np.eye(2)))
    train = pd.DataFrame({"text": ["c"]})
    assert [right.tolist() for right in role_outcomes(table, train, evaluated).values()] == [[1, 0], [0.5, 0.5]]
    frequent = role_outcomes(table, pd.DataFrame({"text": ["a"]}), evaluated)
    assert frequent["roles", "no image: both nouns"].tolist() == [1, 0]


def measured(test: list[tuple[int, str]]) -> pd.DataFrame:
    """The rows of the measure on these triples, with embeddings of texts by their length."""
    images = random_table([1, 2, 3])
    evaluated = model(images, embed=lambda texts: images.of([1 + len(text) % 3 for text in texts]))
    return MEASURE.rows(inputs(test=test, train=list(enumerate(TRAIN))), evaluated)


def test_measures_are_shares_and_ranks_within_their_intervals():
    table = measured(TEST)
    verbs = table[table["set"] != "roles"]
    assert len(verbs) == 3 * 2 * 3 * 3  # readers, offers, measures, classes of verbs
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    whole = table[(table["slice"] == "all") & (table["direction"] == "i2t")].set_index("set")["value"]
    assert whole["verb@5"] == 1 and whole["verb@1"] <= 1 <= whole["mean rank"] <= 4  # four verbs in all
    assert set(table.loc[table["set"] == "roles", "direction"]) == {"i2t", "no image: both nouns"}


def test_without_two_animate_nouns_there_is_no_question_of_roles():
    assert "roles" not in set(measured([(1, "dog sit on bench")])["set"])
