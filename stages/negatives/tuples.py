"""The tuples of every set, from the triples of the captions."""

from collections import Counter

import numpy as np
import pandas as pd

from stages.common.language.inflection import triple_text
from stages.negatives.agreement import corroborated
from stages.negatives.choose import Refusal, balanced, distinct, draw_groups
from stages.negatives.claims import Claims, read_claims
from stages.negatives.items import doubled_preposition, image_triples, known, unseen
from stages.negatives.kind import Facts, Kind, Masks
from stages.negatives.kinds import KINDS
from stages.negatives.lexicon import vague
from stages.negatives.options import NegativesOptions


def make_tuples(
    triples: pd.DataFrame,
    nouns: pd.DataFrame,
    verbs: pd.DataFrame,
    options: NegativesOptions,
    seed: int,
    features: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[pd.DataFrame, dict[str, Counter]]:
    """The tuples of every set of `options`, in the order of KINDS, and by set how many each rule left out or refused.

    `triples` as in the design, `nouns` and `verbs` as read by read_lexicon, `features` the image
    ids (I,) and their unit embeddings (I, D). The tuples come in groups of K+1, in which each triple
    is the anchor once and the others are its negatives, so that no text betrays the answer. The
    exception: a kind that makes texts alone gives one tuple for each triple whose text no image shows, in train only.
    """
    facts = Facts(triples, nouns, verbs, options)
    items = image_triples(triples.assign(corroborated=corroborated(triples, *facts.lexicon)))
    claims, always = read_claims(triples, *facts.lexicon), _always_left_out(items, facts)
    embeddings = _aligned(features, claims.images)
    sets = [name for name in KINDS if name in options.sets]
    tables, refused = [], {}
    for name in sets:
        kind, rng = KINDS[name], np.random.default_rng([seed, 20, KINDS[name].number])
        belongs, counts = members(kind.belongs(items), always | kind.leaves_out(items, facts))
        rows = items[belongs].reset_index(drop=True)
        refuse = _refusal(kind, rows, facts, claims, embeddings)
        groups, rejected = _groups(kind, rows, refuse, facts, rng)
        refused[name] = Counter({**counts, **rejected})
        parts = [_mirrored(groups, rows)]
        if kind.alone:
            parts.append(_texts_alone(rows, kind.alone(rows), refuse, options, rng))
        tables.append(pd.concat(parts).assign(set=name))
    table = pd.concat(tables, ignore_index=True)
    table = table.join(unseen(items).set_index(items["triple_id"]), on="anchor")
    order = [table["set"].map(sets.index), table["split"]]
    table = table.iloc[np.lexsort(order[::-1])].reset_index(drop=True)
    return table.assign(tuple_id=np.arange(len(table))), refused


def _always_left_out(items: pd.DataFrame, facts: Facts) -> Masks:
    """By rule, which items (N,) are in no tuple."""
    return {
        "vague_verb": vague(items, facts.verbs),
        "doubled_preposition": doubled_preposition(items),
        "not_corroborated": ~items["corroborated"],
        "seen_once": ~known(items, facts.animate),
    }


def members(belongs: np.ndarray, left_out: Masks) -> tuple[np.ndarray, Counter]:
    """Those of `belongs` (N,) that no rule leaves out, and how many each does, the first that does."""
    counts = Counter()
    for rule, where in left_out.items():
        where = np.asarray(where, bool)
        counts[rule] = int((belongs & where).sum())
        belongs = belongs & ~where
    return belongs, counts


def _refusal(kind: Kind, rows: pd.DataFrame, facts: Facts, claims: Claims, embeddings: np.ndarray | None) -> Refusal:
    images, statements = claims.images.get_indexer(rows["image_id"]), claims.statements(rows)
    most = facts.options.max_similarity
    return Refusal(claims, images, statements, kind.parts, embeddings, most, kind.refuses(rows, facts))


def _groups(
    kind: Kind, rows: pd.DataFrame, refuse: Refusal, facts: Facts, rng: np.random.Generator
) -> tuple[np.ndarray, Counter]:
    """Balanced groups of row numbers, (M, K+1)."""
    options = facts.options
    k = min(options.k, kind.k or options.k)
    if rows.empty:
        return np.zeros((0, k + 1), np.int64), Counter()
    anchors = np.repeat(np.arange(len(rows)), options.per_anchor)
    groups, refused = draw_groups(anchors, k, kind.source(rows, facts), refuse, rng)
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
    rows: pd.DataFrame, false: pd.DataFrame, refuse: Refusal, options: NegativesOptions, rng: np.random.Generator
) -> pd.DataFrame:
    """The texts of the statements `false`, one a row, for the train triples for which no image shows them."""
    keys = ["subject", "object", "phrase"]
    shown = pd.MultiIndex.from_frame(false[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    said = refuse.claims.said_of(refuse.claims.statements(false), refuse.images)
    alone = np.flatnonzero((rows["split"] == "train") & ~shown & ~said)
    alone = balanced(alone[:, None], rows, options.max_per_pair, options.temperature, rng)[:, 0]
    chosen = false.iloc[alone][["subject", "relation", "particle", "preposition", "object", "passive"]]
    texts = [triple_text(*statement) for statement in chosen.itertuples(index=False)]
    return pd.DataFrame(
        {
            "split": "train",
            "anchor": rows["triple_id"].to_numpy()[alone],
            "negatives": [np.zeros(0, np.int64)] * len(chosen),
            "negative_texts": [[text] for text in texts],
        }
    )


def _aligned(features: tuple[np.ndarray, np.ndarray] | None, images: pd.Index) -> np.ndarray | None:
    """The embeddings in the order of `images`, float16 (I, D)."""
    if features is None:
        return None
    ids, embeddings = features
    return embeddings[pd.Index(ids).get_indexer(images)]
