"""Which words may name the same thing or action, from the reviewed files in data/."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError

KINDS = {
    "nouns": {"same", "may_be"},
    "verbs": {"same", "implies", "symmetric", "symmetric_preposition"},
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


def symmetric(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether swapping subject and object leaves the triple true: by its verb, or by its preposition."""
    by_verb = verbs.loc[verbs["kind"] == "symmetric", "word"]
    by_preposition = verbs.loc[verbs["kind"] == "symmetric_preposition", "word"]
    return triples["relation"].isin(by_verb) | triples["preposition"].isin(by_preposition)
