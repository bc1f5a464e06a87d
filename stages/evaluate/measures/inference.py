"""Zero-shot, in percent, with intervals over images. Which verb: an image and two nouns of a caption are given, and
every verb of the training captions is offered with its particles and prepositions, or those that occur between such
nouns (animate or not). Roles: two animate nouns and the verb are given; which of the two orders? Other rows see no
image.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import first_wins
from stages.common.language.inflection import triple_text
from stages.common.language.lexicons import of_kind, symmetric
from stages.common.language.statements import VERB_PHRASE
from stages.evaluate.bootstrap import means
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure
from stages.evaluate.measures.controls import guesses

MAX_PAIRS = 250  # of nouns, drawn at random
MIN_PHRASES = 100  # the most frequent in training, beside those in questions
TEXTS_AT_ONCE = 2**14


class VerbQuestions(NamedTuple):
    """N questions about P pairs of nouns, with F phrases of V verbs, sorted by verb."""

    table: pd.DataFrame  # N rows: image_id, subject, object, verb, dynamic, pair (0 to P-1), place (0 to V-1)
    texts: np.ndarray  # (P, F) str: each pair of nouns with each phrase
    starts: np.ndarray  # (V,), where each verb's phrases begin
    verbs: pd.Index  # (V,)
    also_true: np.ndarray  # (N, V) bool: verbs that captions of the image state of the question's nouns


def texts_of(triples: pd.DataFrame) -> list[str]:
    """The text of each triple."""
    rows = triples[["subject", *VERB_PHRASE[:3], "object", "passive"]].astype("object")
    return [triple_text(*row) for row in rows.where(rows.notna(), None).itertuples(index=False, name=None)]


def described(triples: pd.DataFrame, animate: set[str]) -> pd.DataFrame:
    """Triples with more columns: the verb with its particle ("pick up"), and whether each noun is animate."""
    verb = triples["relation"].str.cat(triples["particle"].fillna(""), " ").str.strip()
    nouns = {f"animate_{role}": triples[role].isin(animate) for role in ("subject", "object")}
    return triples.assign(verb=verb, **nouns)


def verb_questions(test: pd.DataFrame, train: pd.DataFrame, seed: int) -> VerbQuestions:
    """The questions for described test triples, about at most MAX_PAIRS pairs of nouns."""
    keys, names = ["image_id", "subject", "object", "verb"], ["verb", *VERB_PHRASE]
    asked = test.sort_values("triple_id").drop_duplicates(keys)
    drawn = asked.sample(frac=1, random_state=seed)[["subject", "object"]].drop_duplicates().head(MAX_PAIRS)
    pairs = drawn.sort_values(["subject", "object"], ignore_index=True)
    asked = asked.merge(pairs.assign(pair=pairs.index), on=["subject", "object"])
    common = train.groupby(names, dropna=False).size().nlargest(MIN_PHRASES, keep="all").reset_index()[names]
    own = test[test["verb"].isin(asked["verb"])][names]
    phrases = pd.concat([common, own]).drop_duplicates().sort_values(names, ignore_index=True)
    same_text = phrases.assign(text=texts_of(phrases.assign(subject="", object=""))).duplicated(["verb", "text"])
    phrases = phrases[~same_text]  # an active and a passive can have one text
    texts = np.array(texts_of(pairs.merge(phrases, how="cross")), object).reshape(len(pairs), len(phrases))  # (P, F)
    verbs, starts = np.unique(phrases["verb"].to_numpy(str), return_index=True)  # (V,)
    place = pd.Index(verbs).get_indexer(asked["verb"])  # (N,)
    group = asked.groupby(keys[:3]).ngroup().to_numpy()  # (N,)
    also_true = np.zeros((len(asked), len(verbs)), bool)  # (groups and more, V)
    also_true[group, place] = True
    return VerbQuestions(asked.assign(place=place), texts, starts, pd.Index(verbs), also_true[group])


def verb_scores(questions: VerbQuestions, model: Evaluated) -> np.ndarray:
    """The best cosine of each question's image with the texts of each verb, (N, V); some pairs of nouns at a time."""
    images, pair = model.images.of(questions.table["image_id"]), questions.table["pair"].to_numpy()  # (N, D), (N,)
    scores = np.empty((len(images), len(questions.starts)))  # (N, V)
    step = max(1, TEXTS_AT_ONCE // questions.texts.shape[1])
    for first in range(0, len(questions.texts), step):
        some = questions.texts[first : first + step]  # (p, F)
        embedded = model.embed(some.ravel()).reshape(*some.shape, -1)  # (p, F, D)
        for number, texts in enumerate(embedded, first):
            rows = np.flatnonzero(pair == number)  # (n,)
            scores[rows] = np.maximum.reduceat(images[rows] @ texts.T, questions.starts, axis=1)  # (n, V)
    return scores


def ranks(scores: np.ndarray, place: np.ndarray, also_true: np.ndarray, offered: np.ndarray) -> np.ndarray:
    """The rank (N,) of verb `place` (N,) in `scores` (N, V), among those `offered` and not `also_true` (N, V)."""
    own = scores[np.arange(len(scores)), place]  # (N,)
    return 1 + ((scores >= own[:, None]) & offered & ~also_true).sum(axis=1)


def verb_counts(questions: VerbQuestions, train: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """How often each verb occurs in training triples that agree with the question in `columns`, (N, V)."""
    place = questions.verbs.get_indexer(train["verb"])  # (M,)
    group = pd.concat([train, questions.table]).groupby(columns).ngroup().to_numpy()  # (M + N,)
    counts = np.zeros((group.max(initial=0) + 1, len(questions.verbs)))
    np.add.at(counts, (group[: len(train)][place >= 0], place[place >= 0]), 1)
    return counts[group[len(train) :]]


def blind_scores(questions: VerbQuestions, train: pd.DataFrame) -> dict[str, np.ndarray]:
    """Scores (N, V) of two readers without images: the most frequent verb, and the verb most frequent with both nouns.

    The latter counts training triples with subject, verb and object. Ties are settled by those with subject and verb
    and with verb and object, then with the verb, then by the verb's place.
    """
    frequency = train["verb"].value_counts().reindex(questions.verbs).fillna(0).to_numpy()  # (V,)
    total = max(1, frequency.sum())
    common = frequency / total - 1e-12 * np.arange(len(frequency))  # (V,)
    pair = verb_counts(questions, train, ["subject"]) + verb_counts(questions, train, ["object"])  # (N, V)
    both = verb_counts(questions, train, ["subject", "object"]) + 1e-3 * pair / total + 1e-6 * common  # (N, V)
    return {"no image: the most frequent verb": np.tile(common, (len(both), 1)), "no image: both nouns": both}


def of_such_nouns(questions: VerbQuestions, train: pd.DataFrame) -> np.ndarray:
    """Verbs that occur in training between nouns animate, or not, as the question's are, and its own verb, (N, V)."""
    offered = verb_counts(questions, train, ["animate_subject", "animate_object"]) > 0
    offered[np.arange(len(offered)), questions.table["place"]] = True
    return offered


def role_questions(test: pd.DataFrame, verbs: pd.DataFrame) -> pd.DataFrame:
    """Described test triples with two animate nouns and a verb that is not symmetric, and a column `swapped`.

    `swapped` is the text with the nouns exchanged; triples of which a caption states that too are left out. `verbs` is
    the lexicon.
    """
    test = test.drop_duplicates(["image_id", "text"])
    both = test["animate_subject"] & test["animate_object"] & (test["subject"] != test["object"])
    rows = test[both & ~symmetric(test, verbs)]
    rows = rows.assign(swapped=texts_of(rows.assign(subject=rows["object"], object=rows["subject"])))
    stated = pd.MultiIndex.from_frame(test[["image_id", "text"]])
    return rows[~pd.MultiIndex.from_frame(rows[["image_id", "swapped"]]).isin(stated)].reset_index(drop=True)


def role_outcomes(asked: pd.DataFrame, train: pd.DataFrame, model: Evaluated) -> dict[tuple[str, str], np.ndarray]:
    """Whether the true order of two nouns scores above the other, and is the more frequent in training, (N,) each."""
    texts, frequency = asked[["text", "swapped"]], train["text"].value_counts()  # (N, 2)
    embedded = model.embed(texts.to_numpy().ravel()).reshape(len(texts), 2, -1)  # (N, 2, D)
    cosines = np.einsum("nd,nkd->nk", model.images.of(asked["image_id"]), embedded)  # (N, 2)
    counts = texts.apply(lambda column: column.map(frequency)).fillna(0).to_numpy(float)  # (N, 2)
    return {("roles", "i2t"): first_wins(cosines).astype(float), ("roles", "no image: both nouns"): guesses(counts)}


def by_class(columns: dict[tuple[str, str], np.ndarray], asked: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Rows for `columns`, (set, direction) to values (N,): all questions, those of dynamic and of stative verbs."""
    dynamic = asked["dynamic"]
    masks = {"all": dynamic.notna() | True, "dynamic": dynamic.eq(True), "stative": dynamic.eq(False)}
    masks = {name: mask.fillna(False).to_numpy(bool) for name, mask in masks.items()}
    parts = {(*key, name): np.where(mask, v, np.nan) for key, v in columns.items() for name, mask in masks.items()}
    return means(parts, asked["image_id"], inputs.draws)


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """verb@1, verb@5, mean rank and roles; `direction` is i2t for the model, or a reader that sees no image."""
    animate = of_kind(inputs.nouns, "animate")
    train, test = (described(inputs.triples[split], animate) for split in ("train", "test"))
    questions, roles = verb_questions(test, train, inputs.seed), role_questions(test, inputs.verbs)
    offers = {", of such nouns": of_such_nouns(questions, train), "": np.ones_like(questions.also_true)}
    columns: dict[tuple[str, str], np.ndarray] = {}
    for reader, scores in ({"i2t": verb_scores(questions, model)} | blind_scores(questions, train)).items():
        for offer, offered in offers.items():
            rank = ranks(scores, questions.table["place"], questions.also_true, offered)  # (N,)
            columns |= {(f"verb@{k}{offer}", reader): (rank <= k).astype(float) for k in (1, 5)}
            columns[f"mean rank{offer}", reader] = rank.astype(float)
    parts = [(columns, questions.table)] + ([(role_outcomes(roles, train, model), roles)] if len(roles) else [])
    return pd.concat([by_class(*part, inputs) for part in parts], ignore_index=True)


MEASURE = Measure(rows, "Which verb, and who", __doc__, order=55, columns=("set", "slice"))
