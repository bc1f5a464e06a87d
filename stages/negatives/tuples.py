"""The tuples of every set, from the triples of the captions."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.text import triple_text
from stages.negatives.agreement import agreed, confused, confused_verbs
from stages.negatives.choose import Refusal, balanced, distinct, draw_groups
from stages.negatives.claims import PARTS, read_claims
from stages.negatives.items import image_triples, unseen
from stages.negatives.lexicon import compatible, words
from stages.negatives.members import members, rules
from stages.negatives.propose import Source, anything, other_verb, swapped_roles

SETS = ("dynamic", "stative", "swapped", "random")


@dataclass(frozen=True)
class Options:
    """The parameters `negatives.*`: see params.yaml."""

    k: int
    per_anchor: int
    max_per_pair: int
    temperature: float
    max_similarity: float


def make_tuples(
    triples: pd.DataFrame,
    nouns: pd.DataFrame,
    verbs: pd.DataFrame,
    options: Options,
    seed: int,
    features: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[pd.DataFrame, dict[str, Counter]]:
    """The tuples and, by set, how many candidates each rule refused.

    `triples` as in the design, `nouns` and `verbs` as read by read_lexicon, `features` the image
    ids (I,) and their unit embeddings (I, D). The tuples come in groups of K+1, in which each triple
    is the anchor once and the others are its negatives, so that no text betrays the answer. The
    exception: a swapped triple that no image shows gives one tuple with a text alone, in train only.
    """
    lexicon = words(nouns), words(verbs)
    items = image_triples(triples.assign(agreed=agreed(triples, *lexicon)))
    claims = read_claims(triples, *lexicon)
    confusions = confused_verbs(triples, *lexicon)
    left_out = rules(items, nouns, verbs)
    embeddings = _aligned(features, claims.images)
    tables, refused = [], {}
    for number, name in enumerate(SETS):
        rng = np.random.default_rng([seed, 20, number])
        belongs, counts = members(items, name, left_out)
        rows = items[belongs].reset_index(drop=True)
        parts, of_verbs = PARTS, {}
        if name in ("dynamic", "stative"):
            parts = ("subject", "relation")  # who sits elsewhere in the picture does not stand here
            of_verbs["compatible"] = compatible(rows, verbs, nouns)
            of_verbs["confused"] = confused(rows, confusions, *lexicon)
        images, statements = claims.images.get_indexer(rows["image_id"]), claims.statements(rows)
        refuse = Refusal(claims, images, statements, parts, embeddings, options.max_similarity, of_verbs)
        k = 1 if name == "swapped" else options.k  # a triple has one swapped text
        groups, rejected = _groups(rows, name, refuse, k, options, rng)
        refused[name] = Counter({**counts, **rejected})
        table = _mirrored(groups, rows)
        if name == "swapped":
            table = pd.concat([table, _texts_alone(rows, refuse, options, rng)])
        tables.append(table.assign(set=name))
    table = pd.concat(tables, ignore_index=True)
    table = table.join(unseen(items).set_index(items["triple_id"]), on="anchor")
    order = [table["set"].map(SETS.index), table["split"]]
    table = table.iloc[np.lexsort(order[::-1])].reset_index(drop=True)
    return table.assign(tuple_id=np.arange(len(table))), refused


def _source(rows: pd.DataFrame, name: str, options: Options) -> Source:
    if name == "swapped":
        return swapped_roles(rows)
    return anything(rows) if name == "random" else other_verb(rows, options.temperature)


def _groups(
    rows: pd.DataFrame, name: str, refuse: Refusal, k: int, options: Options, rng: np.random.Generator
) -> tuple[np.ndarray, Counter]:
    """Balanced groups of row numbers, (M, K+1)."""
    if rows.empty:
        return np.zeros((0, k + 1), np.int64), Counter()
    anchors = np.repeat(np.arange(len(rows)), options.per_anchor)
    groups, refused = draw_groups(anchors, k, _source(rows, name, options), refuse, rng)
    kept = balanced(distinct(groups), rows, options.max_per_pair, options.temperature, rng)
    return kept, refused


def _mirrored(groups: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """One tuple for each member of each group, in which that member is the anchor."""
    turns = [np.roll(groups, -turn, axis=1) for turn in range(groups.shape[1])]
    members = np.stack(turns, axis=1).reshape(-1, groups.shape[1])  # (M * (K+1), K+1)
    ids, texts = rows["triple_id"].to_numpy(), rows["text"].to_numpy()
    return pd.DataFrame(
        {
            "split": rows["split"].to_numpy()[members[:, 0]],
            "anchor": ids[members[:, 0]],
            "negatives": pd.Series(list(ids[members[:, 1:]]), dtype=object),
            "negative_texts": pd.Series(list(texts[members[:, 1:]]), dtype=object),
        }
    )


def _texts_alone(
    rows: pd.DataFrame, refuse: Refusal, options: Options, rng: np.random.Generator
) -> pd.DataFrame:
    """Swapped texts for the train triples that no image shows swapped."""
    keys = ["subject", "object", "phrase"]
    turned = rows.rename(columns={"subject": "object", "object": "subject"})
    shown = pd.MultiIndex.from_frame(turned[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    said = refuse.claims.said_of(refuse.claims.statements(turned), refuse.images)
    alone = np.flatnonzero((rows["split"] == "train") & ~shown & ~said)
    alone = balanced(alone[:, None], rows, options.max_per_pair, options.temperature, rng)[:, 0]
    chosen = rows.iloc[alone]
    parts = ["object", "relation", "particle", "preposition", "subject", "passive"]
    unique = chosen[parts].drop_duplicates()
    texts = unique.assign(swapped=[triple_text(*part) for part in unique.itertuples(index=False)])
    found = chosen[parts].merge(texts, on=parts, how="left")["swapped"]
    return pd.DataFrame(
        {
            "split": "train",
            "anchor": chosen["triple_id"].to_numpy(),
            "negatives": [np.zeros(0, np.int64)] * len(chosen),
            "negative_texts": list(found.to_numpy()[:, None]),
        }
    )


def _aligned(features: tuple[np.ndarray, np.ndarray] | None, images: pd.Index) -> np.ndarray | None:
    """The embeddings in the order of `images`, float16 (I, D)."""
    if features is None:
        return None
    ids, embeddings = features
    return embeddings[pd.Index(ids).get_indexer(images)]
