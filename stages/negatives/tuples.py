"""The tuples of every set, from the triples of the captions."""

from collections import Counter

import numpy as np
import pandas as pd

from stages.common.language.inflection import triple_text
from stages.negatives.agreement import corroborated
from stages.negatives.anchors import doubled_preposition, image_triples, plausible, unseen
from stages.negatives.claims import Claims, read_claims
from stages.negatives.draw import PairFilters, balanced, distinct_groups, draw_groups
from stages.negatives.kind import Facts, Masks, NegativeKind
from stages.negatives.kinds import KINDS
from stages.negatives.options import NegativesOptions
from stages.negatives.word_relations import vague

WORDS = ["subject", "relation", "particle", "preposition", "object"]
MEMBER = ["triple_id", "caption_id", "image_id", "split", *WORDS, "text", "dynamic"]  # columns of a tuple's member


def make_tuples(
    triples: pd.DataFrame,
    nouns: pd.DataFrame,
    verbs: pd.DataFrame,
    options: NegativesOptions,
    seed: int,
    features: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[pd.DataFrame, dict[str, Counter]]:
    """A row for each member of each tuple, and by set how many triples and pairs each rule left out or refused.

    Columns tuple_id, set, place (0 the anchor), MEMBER, unseen_relation and unseen_triple (of the anchor). `triples`
    is the table of triples, `nouns` and `verbs` are lexicons, `features` image ids (I,) and unit embeddings (I, D).

    Tuples come in groups of K+1, in which each triple is the anchor once and a negative otherwise, so that no text
    alone gives the answer away. The exception are negatives that are a text alone, one tuple each, in train only.
    """
    facts = Facts(triples, nouns, verbs, options)
    items = image_triples(triples.assign(corroborated=corroborated(triples, *facts.words)))
    claims, always = read_claims(triples, *facts.words), _always_left_out(items, facts)
    embeddings = None if features is None else features[1][pd.Index(features[0]).get_indexer(claims.images)]  # (I, D)
    tables, refused = [], {}
    for name in (name for name in KINDS if name in options.sets):
        kind, rng = KINDS[name], np.random.default_rng([seed, 20, KINDS[name].number])
        chosen, counts = select(kind.belongs(items), always | kind.item_filters(items, facts))
        rows = items[chosen].reset_index(drop=True)
        filters = _pair_filters(kind, rows, facts, claims, embeddings)
        groups, rejected = _groups(kind, rows, filters, facts, rng)
        refused[name] = Counter({**counts, **rejected})
        parts = [mirrored(groups, rows)]
        if kind.text_only:
            parts.append(_text_only(rows, kind.text_only(rows), filters, options, rng))
        set_table = pd.concat(parts, ignore_index=True).assign(set=name)
        tables.append(set_table.sort_values("split", kind="stable"))
    table = pd.concat(tables, ignore_index=True)
    number = (table["place"] == 0).cumsum().to_numpy() - 1  # (M,) of each member's tuple
    anchors = table.loc[table["place"] == 0, "triple_id"].to_numpy()[number]  # (M,)
    new = unseen(items).set_index(items["triple_id"]).loc[anchors].reset_index(drop=True)
    return table.assign(tuple_id=number).join(new), refused


def _always_left_out(items: pd.DataFrame, facts: Facts) -> Masks:
    """By rule, which items (N,) are in no tuple."""
    return {
        "vague_verb": vague(items, facts.verbs),
        "doubled_preposition": doubled_preposition(items),
        "not_corroborated": ~items["corroborated"],
        "seen_once": ~plausible(items, facts.animate),
    }


def select(belongs: np.ndarray, filters: Masks) -> tuple[np.ndarray, Counter]:
    """Which of `belongs` (N,) no filter leaves out, and how many each leaves out: an item counts for its first."""
    counts = Counter()
    for rule, where in filters.items():
        where = np.asarray(where, bool)
        counts[rule] = int((belongs & where).sum())
        belongs = belongs & ~where
    return belongs, counts


def _pair_filters(
    kind: NegativeKind, rows: pd.DataFrame, facts: Facts, claims: Claims, embeddings: np.ndarray | None
) -> PairFilters:
    images, statements = claims.images.get_indexer(rows["image_id"]), claims.encode(rows)
    most = facts.options.max_similarity
    return PairFilters(claims, images, statements, kind.parts, embeddings, most, kind.pair_filters(rows, facts))


def _groups(
    kind: NegativeKind, rows: pd.DataFrame, filters: PairFilters, facts: Facts, rng: np.random.Generator
) -> tuple[np.ndarray, Counter]:
    """Balanced groups of row numbers, (M, K+1), and refusals by rule."""
    options = facts.options
    k = min(options.k, kind.k or options.k)
    if rows.empty:
        return np.zeros((0, k + 1), np.int64), Counter()
    anchors = np.repeat(np.arange(len(rows)), options.per_anchor)
    groups, refused = draw_groups(anchors, k, kind.sampler(rows, facts), filters, rng)
    kept = balanced(distinct_groups(groups), rows, options.max_per_pair, options.temperature, rng)
    return kept, refused


def mirrored(groups: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """The members of K+1 tuples for each group (M, K+1): each member of a group is the anchor of one."""
    turns = [np.roll(groups, -turn, axis=1) for turn in range(groups.shape[1])]
    members = np.stack(turns, axis=1).reshape(-1, groups.shape[1])  # (M * (K+1), K+1)
    places = np.tile(np.arange(groups.shape[1]), len(members))
    return rows[MEMBER].iloc[members.ravel()].assign(place=places)


def _text_only(
    rows: pd.DataFrame, false: pd.DataFrame, filters: PairFilters, options: NegativesOptions, rng: np.random.Generator
) -> pd.DataFrame:
    """The members of tuples with the statement `false`, one for each row, as a text alone.

    For training triples, where no image shows the statement and no caption of the image allows it.
    """
    keys = ["subject", "object", "phrase"]
    shown = pd.MultiIndex.from_frame(false[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    allowed = filters.claims.may_hold(filters.claims.encode(false), filters.images)
    chosen = np.flatnonzero((rows["split"] == "train") & ~shown & ~allowed)
    chosen = balanced(chosen[:, None], rows, options.max_per_pair, options.temperature, rng)[:, 0]  # (T,)
    negatives = false.iloc[chosen]
    texts = [triple_text(*row) for row in negatives[[*WORDS, "passive"]].itertuples(index=False)]
    absent = {"triple_id": -1, "caption_id": -1, "image_id": -1}
    both = [rows[MEMBER].iloc[chosen].assign(place=0), negatives[MEMBER].assign(place=1, text=texts, **absent)]
    order = np.arange(2 * len(chosen)).reshape(2, -1).T.ravel()  # each anchor, then its text
    return pd.concat(both).iloc[order]
