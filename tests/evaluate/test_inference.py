"""Which verb, and who: questions by hand, ranks on a small matrix, against plain loops."""

from functools import partial

import numpy as np
import pandas as pd

from stages.evaluate import inference
from stages.evaluate.exact import Items
from stages.evaluate.inference import (
    blind_scores,
    infer_roles,
    infer_verbs,
    of_kinds,
    ranks,
    role_outcomes,
    roles,
    verb_questions,
    verb_scores,
)
from stages.negatives.lexicon import symmetric

ANIMATE = {"man", "horse", "dog"}
TRAIN = ["man ride horse", "man ride horse", "dog chase man", "man sit on bench", "dog sit near bench"]
TEST = [(1, "man ride horse"), (1, "man feed horse"), (2, "horse ride man"), (3, "dog sit on bench")]


def triples(rows: list) -> pd.DataFrame:
    """(image, "subject verb [preposition] object"), the preposition where there are four words."""
    table = []
    for number, (image, text) in enumerate(rows):
        subject, relation, *rest = text.split()
        row = {"triple_id": number, "image_id": image, "subject": subject, "relation": relation, "object": rest[-1]}
        row |= {"preposition": rest[0] if rest[1:] else None, "particle": None, "passive": False}
        text = f"{subject} {relation}ing {' '.join(rest)}".replace("rideing", "riding").replace("sitin", "sittin")
        table.append(row | {"dynamic": relation != "sit", "text": text.replace("chaseing", "chasing")})
    return pd.DataFrame(table)


def random_items(images: list, texts) -> Items:
    rng = np.random.default_rng(3)
    index = pd.Index(sorted(set(texts)))
    return Items(pd.Index(images), rng.normal(size=(len(images), 4)), index, rng.normal(size=(len(index), 4)))


def asked():
    return verb_questions(triples(TEST), triples(list(enumerate(TRAIN))), seed=0)


def test_each_pair_of_nouns_is_asked_with_every_phrase():
    questions = asked()
    assert questions.verbs.tolist() == ["chase", "feed", "ride", "sit"] and questions.texts.shape == (3, 5)
    assert questions.texts[questions.table["pair"][0]].tolist() == [
        "man chasing horse",
        "man feeding horse",
        "man riding horse",
        "man sitting near horse",
        "man sitting on horse",
    ]
    assert questions.said.sum(axis=1).tolist() == [2, 2, 1, 1]  # the man rides and feeds it: no rivals


def test_a_verb_scores_by_the_best_of_its_phrases():
    questions = asked()
    items = random_items([1, 2, 3], questions.texts.flat)
    scores = verb_scores(questions, items, items.of_texts)
    for row, (image, pair) in enumerate(zip(questions.table["image_id"], questions.table["pair"])):
        cosine = {t: items.of_images([image])[0] @ items.of_texts([t])[0] for t in questions.texts[pair]}
        slow = [max(c for t, c in cosine.items() if f" {verb}" in t) for verb in ("chas", "feed", "rid", "sit")]
        assert np.allclose(scores[row], slow)


def test_it_scores_alike_however_many_texts_are_embedded_at_once(monkeypatch):
    questions = asked()
    items = random_items([1, 2, 3], questions.texts.flat)
    whole, sizes = verb_scores(questions, items, items.of_texts), []
    monkeypatch.setattr(inference, "TEXTS", 2 * questions.texts.shape[1])  # those of two of the three pairs
    some = verb_scores(questions, items, lambda texts: sizes.append(len(texts)) or items.of_texts(texts))
    assert (some == whole).all() and sizes == [10, 5]


def test_ranks_by_hand():
    """Verb 2 is behind verb 0; not where verb 0 is not offered; a tie counts against it."""
    scores = np.array([[0.9, 0.2, 0.5], [0.9, 0.2, 0.5], [0.5, 0.5, 0.5]])
    place, said = np.array([2, 2, 2]), np.eye(3, dtype=bool)[[2, 2, 2]]
    offered = np.array([[True] * 3, [False, True, True], [True] * 3])
    assert ranks(scores, place, said, offered).tolist() == [2, 1, 3]


def test_readers_without_an_image():
    """sit and ride are equally common, sit comes later; a man and a horse are known for riding."""
    found = blind_scores(asked(), triples(list(enumerate(TRAIN))))
    assert found["commonest"].argmax(axis=1).tolist() == [2] * 4
    assert found["blind"].argmax(axis=1).tolist() == [2, 2, 0, 3]  # a man as an object was chased
    assert found["blind"].shape == (4, 4)


def test_verbs_between_nouns_of_such_kinds():
    offered = of_kinds(asked(), triples(list(enumerate(TRAIN))), ANIMATE)
    assert offered[0].tolist() == [True, False, True, False]  # animate both: chase and ride
    assert offered[1].tolist() == [True, True, True, False]  # and the question's own
    assert offered[3].tolist() == [False, False, False, True]  # a bench is only sat on


def test_the_order_is_asked_where_either_could_be():
    """Not of a bench, nor where both orders are said, nor of "next to", which goes both ways."""
    test = triples([*TEST, (4, "man chase dog"), (4, "dog chase man"), (5, "man stand near dog")])
    verbs = pd.DataFrame({"word": ["near"], "kind": ["symmetric_preposition"], "other": [""]})
    table = roles(test, ANIMATE, partial(symmetric, verbs=verbs))
    assert table["text"].tolist() == ["man riding horse", "man feeding horse", "horse riding man"]
    assert table["turned"].tolist() == ["horse riding man", "horse feeding man", "man riding horse"]


def test_who_is_found_by_the_cosine():
    """Image 1 is nearer to its own order, image 2 as near to both: a tie is wrong, but half for a blind reader."""
    table = pd.DataFrame({"image_id": [1, 2], "text": ["a", "b"], "turned": ["b", "a"], "dynamic": [True, False]})
    items = Items(pd.Index([1, 2]), np.array([[1.0, 0], [1, 1]]), pd.Index(["a", "b"]), np.eye(2))
    found = role_outcomes(table, items, pd.Series(["c"]))
    assert found["model"].tolist() == [1, 0] and found["blind"].tolist() == [0.5, 0.5]
    means = infer_roles(table, items, pd.DataFrame({"text": ["a"]}), (20, 0)).set_index(["by", "verbs"])["value"]
    assert means["model", "all"] == 0.5 and means["model", "dynamic"] == 1 and means["blind", "all"] == 0.5


def test_measures_are_shares_and_ranks_within_their_intervals():
    questions = asked()
    items = random_items([1, 2, 3], questions.texts.flat)
    scores = verb_scores(questions, items, items.of_texts)
    table = infer_verbs(questions, scores, triples(list(enumerate(TRAIN))), ANIMATE, (50, 0))
    assert len(table) == 3 * 2 * 3 * 3  # readers, offers, measures, verbs
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    whole = table[(table["offered"] == "all") & (table["verbs"] == "all") & (table["by"] == "model")]
    values = whole.set_index("measure")["value"]
    assert values["verb@5"] == 1 and values["verb@1"] <= 1 <= values["mean rank"] <= 4  # four verbs in all


def test_without_a_question_there_is_an_empty_table():
    none = pd.DataFrame({"image_id": [], "text": [], "turned": [], "dynamic": []})
    items = Items(pd.Index([1]), np.eye(2)[:1], pd.Index(["a", "b"]), np.eye(2))
    assert len(infer_roles(none, items, pd.DataFrame({"text": ["a"]}), (20, 0))) == 0
