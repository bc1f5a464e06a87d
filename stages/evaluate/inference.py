"""Zero-shot relation inference as people use it: the two nouns are given, which verb; the verb is given, who?

A question is an image, two nouns and a verb (with its particle) that a caption says of them. Every verb is offered with
every particle and preposition that it has, and scores by the best of these texts; other verbs that are said of the same
two nouns in the image are no rivals. Rank 1 is right; a tie with a rival counts against the verb.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.language.statements import PHRASE
from stages.common.language.inflection import triple_text
from stages.evaluate.bootstrap import mean_intervals
from stages.evaluate.exact import Items

PAIRS = 250  # of nouns, drawn where there are more
PHRASES = 100  # of the commonest, beside those that the questions are about
TEXTS = 2**14  # embedded at once
NONE = -1


class Verbs(NamedTuple):
    """N questions about P pairs of nouns with F phrases of V verbs, sorted by verb."""

    table: pd.DataFrame  # N rows: image_id, subject, object, verb, dynamic, pair (0 to P-1), place (0 to V-1)
    texts: np.ndarray  # (P, F) str: each pair of nouns with each phrase
    starts: np.ndarray  # (V,), where each verb's phrases begin
    verbs: pd.Index  # (V,)
    said: np.ndarray  # (N, V) bool: verbs that are said of the question's nouns in its image


def as_text(triples: pd.DataFrame) -> list[str]:
    """The text of each triple."""
    rows = triples[["subject", *PHRASE[:3], "object", "passive"]].astype("object")
    return [triple_text(*row) for row in rows.where(rows.notna(), None).itertuples(index=False, name=None)]


def verb_of(triples: pd.DataFrame) -> pd.Series:
    """The verb of each triple with its particle: "pick up"."""
    return triples["relation"].str.cat(triples["particle"].fillna(""), " ").str.strip()


def verb_questions(test: pd.DataFrame, train: pd.DataFrame, seed: int) -> Verbs:
    """The questions of the triples `test`, about at most PAIRS pairs of nouns; `train` are the training triples."""
    test, train = (part.assign(verb=verb_of(part)) for part in (test, train))
    keys = ["image_id", "subject", "object", "verb"]
    asked = test.sort_values("triple_id").drop_duplicates(keys)
    drawn = asked.sample(frac=1, random_state=seed)[["subject", "object"]].drop_duplicates().head(PAIRS)
    pairs = pd.MultiIndex.from_frame(drawn.sort_values(["subject", "object"]))
    asked = asked.assign(pair=pairs.get_indexer(pd.MultiIndex.from_frame(asked[["subject", "object"]])))
    asked = asked[asked["pair"] >= 0].reset_index(drop=True)
    names = ["verb", *PHRASE]
    common = train.groupby(names, dropna=False).size().nlargest(PHRASES, keep="all").reset_index()[names]
    own = test[test["verb"].isin(asked["verb"])][names]
    phrases = pd.concat([common, own]).drop_duplicates().sort_values(names, ignore_index=True)
    # an active and a passive may have one text; drawn as (subject, phrase) of any pair
    phrases = phrases[~phrases.assign(text=as_text(phrases.assign(subject="", object=""))).duplicated(["verb", "text"])]
    verbs, starts = np.unique(phrases["verb"].to_numpy(str), return_index=True)  # (V,)
    crossed = pairs.to_frame(index=False).merge(phrases, how="cross")  # (P * F) rows
    texts = np.array(as_text(crossed), object).reshape(len(pairs), len(phrases))  # (P, F)
    place = pd.Index(verbs).get_indexer(asked["verb"])  # (N,)
    group = asked.groupby(keys[:3]).ngroup().to_numpy()  # (N,)
    said = np.zeros((len(asked), len(verbs)), bool)  # (groups and more, V)
    said[group, place] = True
    return Verbs(asked.assign(place=place), texts, starts, pd.Index(verbs), said[group])


def verb_scores(questions: Verbs, items: Items, embed: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The best cosine of each question's image with the texts of each verb, (N, V).

    `embed` gives the exact embeddings (T, D) of T texts; those of some pairs of nouns at a time are in memory.
    """
    images, pair = items.of_images(questions.table["image_id"]), questions.table["pair"].to_numpy()  # (N, D), (N,)
    scores = np.empty((len(images), len(questions.starts)))  # (N, V)
    step = max(1, TEXTS // questions.texts.shape[1])
    for first in range(0, len(questions.texts), step):
        some = questions.texts[first : first + step]  # (p, F)
        embedded = embed(some.ravel()).reshape(*some.shape, -1)  # (p, F, D)
        for number, texts in enumerate(embedded, first):
            rows = np.flatnonzero(pair == number)  # (n,)
            cosines = images[rows] @ texts.T  # (n, F)
            scores[rows] = np.maximum.reduceat(cosines, questions.starts, axis=1)  # (n, V)
    return scores


def ranks(scores: np.ndarray, place: np.ndarray, said: np.ndarray, offered: np.ndarray) -> np.ndarray:
    """The rank of verb `place` (N,) in `scores` (N, V) among `offered` (N, V) less what is `said` too, (N,).

    Of the first, 0.5 for verb 1, verb 0 is before it; were verb 0 said too, it would be first:

    >>> scores, place, offered = np.array([[0.6, 0.5, 0.1]] * 2), np.array([1, 1]), np.ones((2, 3), bool)
    >>> ranks(scores, place, np.array([[False, True, False], [True, True, False]]), offered).tolist()
    [2, 1]
    """
    own = scores[np.arange(len(scores)), place]  # (N,)
    return 1 + ((scores >= own[:, None]) & offered & ~said).sum(axis=1)


def blind_scores(questions: Verbs, train: pd.DataFrame) -> dict[str, np.ndarray]:
    """Scores (N, V) of two readers that see no image: the commonest verb, and the verb by both nouns.

    The latter counts the training triples of subject, verb and object; ties are settled by those of subject and verb
    and of verb and object, these by those of the verb, and these by the verb's place.
    """
    train = train.assign(place=questions.verbs.get_indexer(verb_of(train)))
    train, table = train[train["place"] >= 0], questions.table
    count = len(questions.verbs)

    def counted(names: list[str]) -> np.ndarray:
        keys = pd.MultiIndex.from_frame(train[names].assign(one=0)) if names else None
        if keys is None:
            return np.bincount(train["place"], minlength=count)[None].astype(float)  # (1, V)
        wanted = pd.MultiIndex.from_frame(table[names].assign(one=0))
        known = keys.unique()
        sums = np.zeros((len(known) + 1, count))  # the last: never seen
        np.add.at(sums, (known.get_indexer(keys), train["place"].to_numpy()), 1)
        return sums[known.get_indexer(wanted)]  # (N, V)

    settle = -1e-12 * np.arange(count)  # (V,)
    common = counted([]) / max(1, len(train)) + settle  # (1, V)
    pair = counted(["subject"]) + counted(["object"])  # (N, V)
    both = counted(["subject", "object"]) + 1e-3 * pair / max(1, len(train)) + 1e-6 * common
    return {"commonest": np.broadcast_to(common, both.shape), "blind": both}


def of_kinds(questions: Verbs, train: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Which verbs are seen in training between nouns of such kinds as the question's, animate or not, (N, V); the
    question's own verb always is offered."""
    kinds = [2 * part["subject"].isin(animate) + part["object"].isin(animate) for part in (train, questions.table)]
    seen = np.zeros((4, len(questions.verbs)), bool)
    place = questions.verbs.get_indexer(verb_of(train))
    seen[kinds[0].to_numpy()[place >= 0], place[place >= 0]] = True
    offered = seen[kinds[1].to_numpy()]  # (N, V)
    offered[np.arange(len(offered)), questions.table["place"]] = True
    return offered


def roles(test: pd.DataFrame, animate: set[str], symmetric: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The triples of which either noun could be the subject: both animate, different, the verb not `symmetric`, and
    the other order not said of the image. Columns image_id, dynamic, text and turned, the text of the other order."""
    test = test.drop_duplicates(["image_id", "text"])
    both = test["subject"].isin(animate) & test["object"].isin(animate) & (test["subject"] != test["object"])
    rows = test[both & ~symmetric(test)]
    turned = rows.assign(subject=rows["object"], object=rows["subject"])
    rows = rows.assign(turned=as_text(turned))
    said = pd.MultiIndex.from_frame(test[["image_id", "text"]])
    other = pd.MultiIndex.from_frame(rows[["image_id", "turned"]])
    return rows.loc[~other.isin(said), ["image_id", "dynamic", "text", "turned"]].reset_index(drop=True)


def role_outcomes(questions: pd.DataFrame, items: Items, train_texts: pd.Series) -> dict[str, np.ndarray]:
    """Whether the true order scores above the other, (N,), by the model and by its count in training (a tie: half)."""
    images = items.of_images(questions["image_id"])  # (N, D)
    own, other = (np.einsum("nd,nd->n", images, items.of_texts(questions[name])) for name in ("text", "turned"))
    counts = train_texts.value_counts()
    said, turned = (counts.reindex(questions[name]).fillna(0).to_numpy() for name in ("text", "turned"))
    return {"model": (own > other).astype(float), "blind": np.where(said == turned, 0.5, said > turned)}


def measured(columns: dict[tuple, np.ndarray], dynamic: pd.Series, images: np.ndarray, draws: tuple) -> pd.DataFrame:
    """Means with intervals of `columns`, (by, offered, measure) -> (N,), over all questions, and over those of dynamic
    and of stative verbs. `draws` are the resamples and the seed."""
    masks = {"all": np.ones(len(images), bool), "dynamic": dynamic.eq(True).fillna(False).to_numpy(bool)}
    masks["stative"] = dynamic.eq(False).fillna(False).to_numpy(bool)
    keys = [(*key, verbs) for key in columns for verbs in masks if masks[verbs].any()]
    values = [np.where(masks[verbs], columns[tuple(key)], np.nan) for *key, verbs in keys]
    table = pd.DataFrame(keys, columns=["by", "offered", "measure", "verbs"])
    if not keys:
        return table.assign(value=0.0, low=0.0, high=0.0, count=0)
    mean, low, high, count = mean_intervals(np.stack(values, axis=1), images, *draws)  # (M,)
    return table.assign(value=mean, low=low, high=high, count=count)


def infer_verbs(
    questions: Verbs, scores: np.ndarray, train: pd.DataFrame, animate: set[str], draws: tuple[int, int]
) -> pd.DataFrame:
    """verb@1, verb@5 and mean rank of the model, by its `verb_scores`, and of the blind readers, among all verbs and
    those of the kinds."""
    place, said = questions.table["place"].to_numpy(), questions.said
    offers = {"of such nouns": of_kinds(questions, train, animate), "all": np.ones_like(said)}
    columns = {}
    for by, values in ({"model": scores} | blind_scores(questions, train)).items():
        for offered, mask in offers.items():
            rank = ranks(values, place, said, mask)  # (N,)
            columns |= {(by, offered, f"verb@{k}"): (rank <= k).astype(float) for k in (1, 5)}
            columns[by, offered, "mean rank"] = rank.astype(float)
    return measured(columns, questions.table["dynamic"], questions.table["image_id"].to_numpy(), draws)


def infer_roles(questions: pd.DataFrame, items: Items, train: pd.DataFrame, draws: tuple[int, int]) -> pd.DataFrame:
    """How often the order of two nouns that could be either is found, by the model and by the blind reader."""
    found = role_outcomes(questions, items, train["text"])
    columns = {(by, "both orders", "roles"): values for by, values in found.items()}
    return measured(columns, questions["dynamic"], questions["image_id"].to_numpy(), draws)
