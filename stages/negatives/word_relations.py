"""Which words can name the same thing or action, and which verbs exclude one another, from the lexicons."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from stages.common.language.lexicons import of_kind

PairTest = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of positions (M,) and (M,), bool (M,)


@dataclass(frozen=True)
class Words:
    """Synonyms and overlaps of nouns, or of verbs.

    `canonical` maps a word to the one that represents its synonyms. `overlaps` are pairs of canonical words, in both
    orders, of which one can be true of a picture where a caption says the other: ride and sit, person and man.
    """

    canonical: dict[str, str] = field(default_factory=dict)
    overlaps: frozenset[tuple[str, str]] = frozenset()


def read_words(lexicon: pd.DataFrame) -> Words:
    """Synonyms (kind `same`) and overlaps (`implies`, `may_be`) from a lexicon."""
    same = lexicon[lexicon["kind"] == "same"]
    canonical = dict(zip(same["word"], same["other"], strict=True))
    related = lexicon[lexicon["kind"].isin(("implies", "may_be"))]
    pairs = set(zip(related["word"].replace(canonical), related["other"].replace(canonical), strict=True))
    return Words(canonical, frozenset(pairs | {(b, a) for a, b in pairs}))


def canonical_words(column: pd.Series, words: Words) -> pd.Series:
    """The canonical synonym of each word; a word without synonyms stays."""
    return column.map({word: words.canonical.get(word, word) for word in column.unique()})


def overlap(words: Words, names: pd.Index) -> PairTest:
    """A test of positions in `names`, whether the two words are equal or overlap; -1 is no word."""
    listed = pd.Index(sorted({word for pair in words.overlaps for word in pair}))
    place = np.append(listed.get_indexer(names), -1)  # (V+1,) -1: not listed, or no word
    table = np.zeros((len(listed) + 1, len(listed) + 1), bool)  # (L+1, L+1), the last for words that are not listed
    for word, other in words.overlaps:
        table[listed.get_loc(word), listed.get_loc(other)] = True
    return lambda first, second: (first == second) | table[place[first], place[second]]


def vague(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether the verb is not in the lexicon, or says too little to be false of another picture ("have"), (N,)."""
    return triples["dynamic"].isna() | triples["relation"].isin(of_kind(verbs, "vague"))


def unmentioned(triples: pd.DataFrame, nouns: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Whether a noun of `columns` usually goes unmentioned (hand, shirt), so that any picture may show it, (N,)."""
    return triples[columns].isin(of_kind(nouns, "unmentioned")).any(axis=1)


def excludes_any(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether the lexicon names a verb that is false where the triple's verb is true, (N,)."""
    relation, phrase = _canonical_phrases(triples, verbs)
    listed = verbs[verbs["kind"].isin(("act", "excludes", "excludes_if_animate"))]
    return relation.isin({*listed["word"], *listed["other"]}) | phrase.isin(listed["other"])


def compatible(triples: pd.DataFrame, verbs: pd.DataFrame, nouns: pd.DataFrame) -> PairTest:
    """A test of rows of `triples`, whether both verbs can be true of one picture.

    They cannot if both are acts, or by a row `excludes` of `verbs`, or `excludes_if_animate` where both subjects are
    animate: a man sits or stands, a vase may do both. The second word of a row may have a preposition: a man holding an
    umbrella may stand under it, but not on it.
    """
    names = pd.Index(sorted({*verbs["word"], *verbs["other"]}))
    codes = [names.get_indexer(column) for column in _canonical_phrases(triples, verbs)]  # (N,) each, -1: not listed
    animate = triples["subject"].isin(of_kind(nouns, "animate")).to_numpy()  # (N,)

    def table(kind: str) -> np.ndarray:
        pairs = verbs[verbs["kind"] == kind]
        first, second = names.get_indexer(pairs["word"]), names.get_indexer(pairs["other"])
        found = np.zeros((len(names) + 1, len(names) + 1), bool)  # (V+1, V+1), the last for words that are not listed
        found[first, second] = found[second, first] = True
        return found

    acts = np.append(names.isin(of_kind(verbs, "act")), False)  # (V+1,)
    always = table("excludes") | acts[:, None] & acts & ~np.eye(len(acts), dtype=bool)  # (V+1, V+1)
    if_animate = table("excludes_if_animate")

    def test(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        excluded, both_animate = np.zeros(len(first), bool), animate[first] & animate[second]
        for a, b in itertools.product(codes, codes):
            excluded |= always[a[first], b[second]] | if_animate[a[first], b[second]] & both_animate
        return ~excluded

    return test


def _canonical_phrases(triples: pd.DataFrame, verbs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Each triple's canonical verb, and that verb with its preposition."""
    relation = canonical_words(triples["relation"], read_words(verbs))
    return relation, (relation + " " + triples["preposition"].fillna("")).str.strip()
