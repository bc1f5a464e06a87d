"""The reviewed word lists in data/: csv files with `#` comments, whose last line gives the number of rows."""

import csv
import re
from pathlib import Path

import pandas as pd

from stages.common.files.errors import InputError
from stages.common.files.storage import read_text

SHIPPED = Path(__file__).parents[3] / "data"  # beside the code, wherever it is run from
COLUMNS = ["word", "kind", "other"]
KINDS = {  # of the rows of each list
    "nouns": "animate may_be same unmentioned".split(),
    "verb_synonyms": "act excludes excludes_if_animate implies same symmetric symmetric_preposition vague".split(),
}


def read_lexicon(name: str, folder: str | Path = "data") -> pd.DataFrame:
    """The word list NAME.csv, one of KINDS: word, kind and other, a second word or empty."""
    path = Path(folder) / f"{name}.csv"
    rows = read_rows(path, COLUMNS)
    for number, (word, kind, _) in rows.items():
        if kind not in KINDS[name]:
            raise InputError(f"{path}: line {number}: {word}: kind {kind!r} is not one of {', '.join(KINDS[name])}")
    return pd.DataFrame(list(rows.values()), columns=COLUMNS, dtype=str)


def of_kind(lexicon: pd.DataFrame, kind: str) -> set[str]:
    """The words of a kind, such as animate nouns."""
    return set(lexicon.loc[lexicon["kind"] == kind, "word"])


def symmetric(triples: pd.DataFrame, verbs: pd.DataFrame) -> pd.Series:
    """Whether a triple stays true when subject and object are swapped, by its verb or its preposition, bool (N,)."""
    by_verb = triples["relation"].isin(of_kind(verbs, "symmetric"))
    return by_verb | triples["preposition"].isin(of_kind(verbs, "symmetric_preposition"))


def read_dynamic_verbs(path: str | Path = "data/verbs.csv") -> dict[str, bool]:
    """Whether each verb lemma is dynamic, from a list with the columns lemma and class (dynamic or stative)."""
    rows = read_rows(path, ["lemma", "class"])
    for number, (lemma, kind) in rows.items():
        if kind not in ("dynamic", "stative"):
            raise InputError(f"{path}: line {number}: {lemma} is {kind!r}; write {lemma},dynamic or {lemma},stative")
    return {lemma: kind == "dynamic" for lemma, kind in rows.values()}


def read_rows(path: str | Path, columns: list[str]) -> dict[int, list[str]]:
    """The rows of a csv file with these columns, by line number.

    InputError where it is missing, not text, has other columns or a row of another length, or where its last line,
    `# rows: N`, does not match: a list that was cut off would otherwise lose words without an error.
    """
    restore = f"restore it with `git checkout {path}`"
    lines = read_text(path, restore).splitlines()
    numbered = {number: line for number, line in enumerate(lines, 1) if line and not line.startswith("#")}
    rows = dict(zip(numbered, csv.reader(numbered.values())))
    if (head := rows.pop(min(rows, default=0), [])) != columns:
        raise InputError(f"{path}: the columns are {','.join(head)}, not {','.join(columns)}; {restore}")
    for number, row in rows.items():
        if len(row) != len(columns) or not row[0]:
            raise InputError(f"{path}: line {number} is {','.join(row)}; write {','.join(columns)}")
    last = re.fullmatch(r"# rows: (\d+)", lines[-1])
    if not last or int(last[1]) != len(rows):
        after_edit = f"after an edit of your own make its last line `# rows: {len(rows)}`"
        raise InputError(f"{path}: {len(rows)} rows, but the last line is {lines[-1]!r}; {restore}, or {after_edit}")
    return rows
