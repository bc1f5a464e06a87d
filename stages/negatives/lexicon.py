"""Which words may name the same thing or action, from the reviewed files in data/."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError

KINDS = {
    "nouns": {"same", "may_be", "animate"},
    "verbs": {
        *("same", "implies", "symmetric", "symmetric_preposition"),
        *("excludes", "excludes_if_animate"),
    },
}


@dataclass(frozen=True)
class Words:
    """Synonyms and overlaps of one part of speech.

    `canonical` sends a word to the first of its synonyms. `overlaps` are pairs of canonical words,
    in both orders, of which one can be true where the other is said: ride and sit, person and man.
    """

    canonical: dict[str, str] = field(default_factory=dict)
    overlaps: frozenset[tuple[str, str]] = frozenset()


def read_lexicon(path: str | Path, kinds: set[str]) -> pd.DataFrame:
    """A csv with columns word, kind, other; InputError names the row of an unknown kind."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; restore it from git") from None
    if list(table.columns) != ["word", "kind", "other"]:
        raise InputError(f"{path}: columns are {list(table.columns)}; expected word, kind, other")
    if len(wrong := table.index[~table["kind"].isin(kinds)]):
        row, kind = wrong[0] + 2, table["kind"][wrong[0]]
        raise InputError(f"{path}: line {row}: kind {kind!r} is unknown; use one of {', '.join(sorted(kinds))}")
    return table


def words(table: pd.DataFrame) -> Words:
    """Synonyms and overlaps from rows (word, kind, other); kind `same` sends word to other."""
    same = table[table["kind"] == "same"]
    canonical = dict(zip(same["word"], same["other"], strict=True))
    related = table[table["kind"].isin(("implies", "may_be"))]
    first = related["word"].replace(canonical)
    second = related["other"].replace(canonical)
    pairs = set(zip(first, second, strict=True))
    return Words(canonical, frozenset(pairs | {(b, a) for a, b in pairs}))


def canonical_words(column: pd.Series, lexicon: Words) -> pd.Series:
    """Each word's canonical synonym, itself where it has none."""
    return column.map({word: lexicon.canonical.get(word, word) for word in column.unique()})


def symmetric(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether swapping subject and object leaves the triple true: by its verb, or by its preposition."""
    by_verb = verbs.loc[verbs["kind"] == "symmetric", "word"]
    by_preposition = verbs.loc[verbs["kind"] == "symmetric_preposition", "word"]
    return triples["relation"].isin(by_verb) | triples["preposition"].isin(by_preposition)


def exclusive(
    triples: pd.DataFrame, verbs: pd.DataFrame, nouns: pd.DataFrame
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of rows (M,) and (M,) of `triples`: whether one's verb is false where the other's is true.

    By the rows `excludes` of `verbs`, and `excludes_if_animate` where both subjects are animate: a man
    sits or stands, a vase may do both. A state that is not listed may go with any other. The other of
    a row may have a preposition: who holds an umbrella may stand under it, but not on it.
    """
    relation = canonical_words(triples["relation"], words(verbs))
    phrase = (relation + " " + triples["preposition"].fillna("")).str.strip()
    names = pd.Index(sorted({*relation, *phrase}))
    codes = names.get_indexer(relation), names.get_indexer(phrase)  # (N,) each
    animate = triples["subject"].isin(nouns.loc[nouns["kind"] == "animate", "word"]).to_numpy()  # (N,)

    def table(kind: str) -> np.ndarray:
        pairs = verbs[verbs["kind"] == kind]
        first, second = names.get_indexer(pairs["word"]), names.get_indexer(pairs["other"])
        known = (first >= 0) & (second >= 0)
        found = np.zeros((len(names), len(names)), bool)  # (V, V)
        found[first[known], second[known]] = found[second[known], first[known]] = True
        return found

    always, alive = table("excludes"), table("excludes_if_animate")

    def holds(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        found, living = np.zeros(len(first), bool), animate[first] & animate[second]
        for a, b in itertools.product(codes, codes):
            found |= always[a[first], b[second]] | alive[a[first], b[second]] & living
        return found

    return holds
