"""Which words may name the same thing or action, from the reviewed files in data/."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError
from stages.common.language.lexicons import read_rows

COLUMNS = ["word", "kind", "other"]
KINDS = {
    "nouns": {"same", "may_be", "animate", "unmentioned"},
    "verbs": {
        *("same", "act", "implies", "excludes", "excludes_if_animate"),
        *("symmetric", "symmetric_preposition", "vague"),
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
    """A list with the columns word, kind and other, as by `read_rows`; InputError names a line of an unknown kind."""
    rows = read_rows(path, COLUMNS)
    for number, (word, kind, _) in rows.items():
        if kind not in kinds:
            known = ", ".join(sorted(kinds))
            raise InputError(f"{path}: line {number}: {word}: kind {kind!r} is unknown; use one of {known}")
    return pd.DataFrame(list(rows.values()), columns=COLUMNS, dtype=str)


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
    by_verb = triples["relation"].isin(of_kind(verbs, "symmetric"))
    return by_verb | triples["preposition"].isin(of_kind(verbs, "symmetric_preposition"))


def overlap(lexicon: Words, names: pd.Index) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of codes (M,) and (M,), positions in `names`: whether the two words are one or overlap."""
    listed = pd.Index(sorted({word for pair in lexicon.overlaps for word in pair}))
    place = np.append(listed.get_indexer(names), -1)  # (V+1,) -1: not listed, or no code
    table = np.zeros((len(listed) + 1, len(listed) + 1), bool)  # (L+1, L+1), the last for what is not listed
    for word, other in lexicon.overlaps:
        table[listed.get_loc(word), listed.get_loc(other)] = True
    return lambda first, second: (first == second) | table[place[first], place[second]]


def of_kind(lexicon: pd.DataFrame, kind: str) -> set[str]:
    """The words of a kind, such as the nouns that are animate."""
    return set(lexicon.loc[lexicon["kind"] == kind, "word"])


def vague(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether the verb is unknown to the lexicon, or says too little to be false of another picture."""
    return triples["dynamic"].isna() | triples["relation"].isin(of_kind(verbs, "vague"))


def unmentioned(triples: pd.DataFrame, nouns: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Whether a noun of `columns` mostly goes without saying, so that another picture may show it as well."""
    return triples[columns].isin(of_kind(nouns, "unmentioned")).any(axis=1)


def comparable(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether any verb is known to be false where the triple's verb is true."""
    relation, phrase = _phrases(triples, verbs)
    listed = verbs[verbs["kind"].isin(("act", "excludes", "excludes_if_animate"))]
    return relation.isin({*listed["word"], *listed["other"]}) | phrase.isin(listed["other"])


def compatible(
    triples: pd.DataFrame, verbs: pd.DataFrame, nouns: pd.DataFrame
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of rows (M,) and (M,) of `triples`: whether both verbs may be true of one picture.

    Not so two acts, and what the rows `excludes` of `verbs` name, or `excludes_if_animate` where both
    subjects are animate: a man sits or stands, a vase may do both. Any other may go together. The other
    of a row may have a preposition: who holds an umbrella may stand under it, but not on it.
    """
    names = pd.Index(sorted({*verbs["word"], *verbs["other"]}))
    codes = [names.get_indexer(column) for column in _phrases(triples, verbs)]  # (N,) each, -1: not listed
    alive = triples["subject"].isin(of_kind(nouns, "animate")).to_numpy()  # (N,)

    def table(kind: str) -> np.ndarray:
        pairs = verbs[verbs["kind"] == kind]
        first, second = names.get_indexer(pairs["word"]), names.get_indexer(pairs["other"])
        found = np.zeros((len(names) + 1, len(names) + 1), bool)  # (V+1, V+1), the last for what is not listed
        found[first, second] = found[second, first] = True
        return found

    acts = np.append(names.isin(of_kind(verbs, "act")), False)  # (V+1,)
    always = table("excludes") | acts[:, None] & acts & ~np.eye(len(acts), dtype=bool)  # (V+1, V+1)
    if_alive = table("excludes_if_animate")

    def holds(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        apart, living = np.zeros(len(first), bool), alive[first] & alive[second]
        for a, b in itertools.product(codes, codes):
            apart |= always[a[first], b[second]] | if_alive[a[first], b[second]] & living
        return ~apart

    return holds


def _phrases(triples: pd.DataFrame, verbs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Each triple's canonical verb, and that verb with its preposition."""
    relation = canonical_words(triples["relation"], words(verbs))
    return relation, (relation + " " + triples["preposition"].fillna("")).str.strip()
