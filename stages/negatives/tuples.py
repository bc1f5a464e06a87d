"""The tuples of every set, from the triples of the captions."""

import numpy as np
import pandas as pd

from stages.common.language.inflection import triple_text
from stages.common.language.lexicons import of_kind
from stages.negatives.agreement import corroborated
from stages.negatives.claims import Claims, encode, read_claims
from stages.negatives.draw import balanced, draw_groups, pair_filters
from stages.negatives.items import doubled_preposition, image_triples, plausible, unseen
from stages.negatives.kind import Inputs, Masks
from stages.negatives.kinds import KINDS
from stages.negatives.options import NegativesOptions
from stages.negatives.word_relations import with_canonical_words

WORDS = ["subject", "relation", "particle", "preposition", "object"]
MEMBER = ["triple_id", "caption_id", "image_id", "split", *WORDS, "text", "dynamic"]  # columns of a tuple's member


def make_tuples(
    triples: pd.DataFrame,
    nouns: pd.DataFrame,
    verbs: pd.DataFrame,
    options: NegativesOptions,
    seed: int,
    features: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """A row for each member of each tuple, and by set how many items and pairs each rule left out or refused.

    Columns tuple_id, set, place (0 the anchor), MEMBER, unseen_relation and unseen_triple (of the anchor). `triples`
    is the table of triples, `nouns` and `verbs` are lexicons, `features` image ids (I,) and unit embeddings (I, D).

    Tuples come in groups of K+1, in which each triple is the anchor once and a negative otherwise, so that no text
    alone gives the answer away. The exception are text-only negatives, one tuple each, in train only.
    """
    inputs = Inputs(with_canonical_words(triples, nouns, verbs), nouns, verbs, options)
    items = image_triples(inputs.triples.assign(corroborated=corroborated(inputs.triples)))
    claims, always = read_claims(inputs.triples, nouns, verbs), _always_left_out(items, inputs)
    embeddings = None if features is None else features[1][pd.Index(features[0]).get_indexer(claims.images)]  # (I, D)
    tables, refused = [], {}
    for name, kind in KINDS.items():
        if name not in options.sets:
            continue
        rng = np.random.default_rng([seed, 20, kind.number])
        chosen, left_out = select(kind.belongs(items), always | kind.item_filters(items, inputs))
        rows = items[chosen].reset_index(drop=True)
        filters = pair_filters(kind, rows, inputs, claims, embeddings)
        anchors, k = np.repeat(np.arange(len(rows)), options.per_anchor), min(options.k, kind.k or options.k)
        groups, rejected = draw_groups(anchors, k, kind.sampler(rows, inputs), filters, rng)
        refused[name] = left_out | rejected
        parts = [mirrored(balanced(groups, rows, options.max_per_pair, options.temperature, rng), rows)]
        if kind.text_only:
            parts.append(_text_only(rows, kind.text_only(rows), claims, options, rng))
        tables.append(pd.concat(parts).assign(set=name).sort_values("split", kind="stable"))
    table = pd.concat(tables, ignore_index=True)
    number = (table["place"] == 0).cumsum().to_numpy() - 1  # (M,) of each member's tuple
    anchors = table.loc[table["place"] == 0, "triple_id"].to_numpy()[number]  # (M,)
    new = unseen(items).set_index(items["triple_id"]).loc[anchors].reset_index(drop=True)
    return table.assign(tuple_id=number).join(new), refused


def _always_left_out(items: pd.DataFrame, inputs: Inputs) -> Masks:
    """By rule, which items (N,) are in no tuple."""
    return {
        # a verb that is not in the lexicon, or says too little to be false of another picture ("have")
        "vague_verb": items["dynamic"].isna() | items["relation"].isin(of_kind(inputs.verbs, "vague")),
        "doubled_preposition": doubled_preposition(items),
        "not_corroborated": ~items["corroborated"],
        "seen_once": ~plausible(items, of_kind(inputs.nouns, "animate")),
    }


def select(belongs: np.ndarray, filters: Masks) -> tuple[np.ndarray, dict[str, int]]:
    """Which items of `belongs` (N,) no filter leaves out; how many each leaves out, counting an item once."""
    counts = {}
    for rule, where in filters.items():
        where = np.asarray(where, bool)
        counts[rule] = int((belongs & where).sum())
        belongs = belongs & ~where
    return belongs, counts


def mirrored(groups: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """The members of K+1 tuples for each group (M, K+1): each member of a group is the anchor of one."""
    turns = [np.roll(groups, -turn, axis=1) for turn in range(groups.shape[1])]
    members = np.stack(turns, axis=1).ravel()  # (M * (K+1) * (K+1),)
    return rows[MEMBER].iloc[members].assign(place=np.arange(len(members)) % groups.shape[1])


def _text_only(
    rows: pd.DataFrame, false: pd.DataFrame, claims: Claims, options: NegativesOptions, rng: np.random.Generator
) -> pd.DataFrame:
    """The members of tuples with a text-only negative: the anchor's row in `false`.

    For training rows, where no image has that statement and no caption of the anchor's image allows it.
    """
    keys = ["subject", "object", "phrase"]
    with_image = pd.MultiIndex.from_frame(false[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    allowed = claims.may_be_true(encode(false, claims.names), claims.images.get_indexer(rows["image_id"]))
    chosen = np.flatnonzero((rows["split"] == "train") & ~with_image & ~allowed)
    chosen = balanced(chosen[:, None], rows, options.max_per_pair, options.temperature, rng)[:, 0]  # (T,)
    negatives = false.iloc[chosen]
    texts = [triple_text(*row) for row in negatives[[*WORDS, "passive"]].itertuples(index=False)]
    absent = {"triple_id": -1, "caption_id": -1, "image_id": -1}
    both = [rows[MEMBER].iloc[chosen].assign(place=0), negatives[MEMBER].assign(place=1, text=texts, **absent)]
    order = np.arange(2 * len(chosen)).reshape(2, -1).T.ravel()  # each anchor, then its text
    return pd.concat(both).iloc[order]
