"""Which words can be asked about, and how a verb is written."""

import difflib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from open_clip.tokenizer import SimpleTokenizer

from stages.common.files.errors import InputError
from stages.common.language.inflection import past_participle, present_participle
from stages.negatives.lexicon import KINDS
from stages.negatives.lexicon import read_lexicon as read_nouns
from stages.triples.verbs import read_lexicon as read_verbs

DATA = Path(__file__).parents[2] / "data"  # the lexicons that are shipped with the code


class Verb(NamedTuple):
    """A verb that is asked about; `rest` its particle or preposition, None: whatever there is."""

    relation: str
    rest: str | None


def check_noun(noun: str, statements: pd.DataFrame) -> str:
    """`noun` in small letters; InputError with the nearest ones where it is none that is known.

    Known are the nouns of `statements`, those of data/nouns.csv, and the whole words of CLIP's own vocabulary; of a
    noun of several words ("tennis player") each.
    """
    noun = " ".join(noun.lower().split())
    seen = {*statements["subject"], *statements["object"], *_nouns()}
    if noun in seen or (noun and all(word in seen or f"{word}</w>" in _tokens() for word in noun.split())):
        return noun
    raise InputError(f"{noun!r} is no noun that is known; the nearest are {near(noun, seen)}")


def check_verb(text: str, statements: pd.DataFrame) -> Verb:
    """The verb of `text`, "sitting on" being Verb("sit", "on"); InputError with the nearest ones where there is none.

    Known are the verbs of `statements` and those of data/verbs.csv, as a lemma or a participle.
    """
    word, _, rest = " ".join(text.lower().split()).partition(" ")
    seen = {*statements["relation"], *_verbs()}
    forms = {form: verb for verb in sorted(seen) for form in (past_participle(verb), present_participle(verb))}
    if word not in seen and word not in forms:
        raise InputError(f"{text!r} is no verb that is known; the nearest are {near(word, seen)}")
    return Verb(word if word in seen else forms[word], rest or None)


def near(word: str, known: Iterable[str]) -> str:
    """The three of `known` that are spelt most like `word`.

    >>> near("hrose", ["horse", "man", "house", "dog", "nose"])
    'house, horse, nose'
    """
    return ", ".join(difflib.get_close_matches(word, sorted(known), 3, 0))


@cache
def _nouns() -> set[str]:
    return set(read_nouns(DATA / "nouns.csv", KINDS["nouns"])["word"])


@cache
def _verbs() -> set[str]:
    return set(read_verbs(DATA / "verbs.csv"))


@cache
def _tokens() -> dict[str, int]:
    return SimpleTokenizer().encoder
