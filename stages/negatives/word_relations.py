"""Relations between words, from the lexicons: synonyms, overlaps, and verbs that exclude one another."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.common.language.lexicons import of_kind

PairTest = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of two arrays of positions, (M,) each: bool (M,)
PARTS = ("subject", "relation", "object")


def with_canonical_words(triples: pd.DataFrame, nouns: pd.DataFrame, verbs: pd.DataFrame) -> pd.DataFrame:
    """Adds the columns canonical_subject, canonical_relation and canonical_object: synonyms become one word."""
    lexicons = dict(zip(PARTS, (nouns, verbs, nouns)))
    return triples.assign(**{f"canonical_{part}": canonical(triples[part], lexicons[part]) for part in PARTS})


def canonical(words: pd.Series, lexicon: pd.DataFrame) -> pd.Series:
    """The word that represents each word's synonyms (rows `same` of the lexicon); a word without synonyms stays."""
    same = lexicon[lexicon["kind"] == "same"]
    synonyms = dict(zip(same["word"], same["other"]))
    return words.map({word: synonyms.get(word, word) for word in words.unique()})


def overlap(lexicon: pd.DataFrame, names: pd.Index) -> PairTest:
    """Returns a test of positions in `names`: whether the two words are equal or overlap.

    They overlap if one may be true of a picture where a caption has the other, by rows `implies` and `may_be` of the
    lexicon: ride and sit, person and man. `names` are canonical words; position -1 is no word.
    """
    related = lexicon[lexicon["kind"].isin(("implies", "may_be"))]
    words, others = canonical(related["word"], lexicon), canonical(related["other"], lexicon)
    listed = pd.Index(sorted({*words, *others}))
    table = _pair_table(listed, words, others)  # (L+1, L+1)
    place = np.append(listed.get_indexer(names), -1)  # (V+1,)
    return lambda first, second: (first == second) | table[place[first], place[second]]


def compatible(rows: pd.DataFrame, verbs: pd.DataFrame, nouns: pd.DataFrame) -> PairTest:
    """Returns a test of pairs of rows: whether both verbs can be true of one picture.

    They cannot if both are acts, or by a row `excludes` of `verbs`, or `excludes_if_animate` where both subjects are
    animate: a man sits or stands, a vase may do both. The second word of a row may have a preposition: a man holding an
    umbrella may stand under it, but not on it.
    """
    names = pd.Index(sorted({*verbs["word"], *verbs["other"]}))
    codes = [names.get_indexer(column) for column in (rows["canonical_relation"], _phrase(rows))]  # -1: not listed
    animate = rows["subject"].isin(of_kind(nouns, "animate")).to_numpy()  # (N,)
    excluding = [verbs[verbs["kind"] == kind] for kind in ("excludes", "excludes_if_animate")]
    always, if_animate = (_pair_table(names, pairs["word"], pairs["other"]) for pairs in excluding)  # (V+1, V+1) each
    acts = np.append(names.isin(of_kind(verbs, "act")), False)  # (V+1,)
    always |= acts[:, None] & acts & ~np.eye(len(acts), dtype=bool)

    def test(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        excluded, both_animate = np.zeros(len(first), bool), animate[first] & animate[second]
        for a, b in itertools.product(codes, codes):
            excluded |= always[a[first], b[second]] | if_animate[a[first], b[second]] & both_animate
        return ~excluded

    return test


def excludes_any(rows: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether the lexicon has a verb that is false where the row's verb is true, (N,)."""
    listed = verbs[verbs["kind"].isin(("act", "excludes", "excludes_if_animate"))]
    return rows["canonical_relation"].isin({*listed["word"], *listed["other"]}) | _phrase(rows).isin(listed["other"])


def unmentioned(rows: pd.DataFrame, nouns: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Whether a noun of `columns` usually goes unmentioned (hand, shirt), so that any picture may show it, (N,)."""
    return rows[columns].isin(of_kind(nouns, "unmentioned")).any(axis=1)


def _phrase(rows: pd.DataFrame) -> pd.Series:
    """The canonical verb with its preposition."""
    return (rows["canonical_relation"] + " " + rows["preposition"].fillna("")).str.strip()


def _pair_table(names: pd.Index, words: pd.Series, others: pd.Series) -> np.ndarray:
    """Which two of V names form a pair, in either order: bool (V+1, V+1), where row -1 (no name) is false."""
    first, second = names.get_indexer(words), names.get_indexer(others)
    table = np.zeros((len(names) + 1, len(names) + 1), bool)
    table[first, second] = table[second, first] = True
    return table
