"""Which words can be asked about, and how a verb is written."""

import difflib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd
from open_clip.tokenizer import SimpleTokenizer

from stages.common.files.errors import InputError
from stages.common.language.inflection import past_participle, present_participle
from stages.common.language.lexicons import SHIPPED, read_dynamic_verbs, read_lexicon


class Verb(NamedTuple):
    """A verb, and its particle or preposition, None for any."""

    relation: str
    rest: str | None


def check_noun(noun: str, statements: pd.DataFrame) -> str:
    """`noun` in lower case; InputError, with the most similar ones, for an unknown noun.

    Known are the nouns of `statements`, those of data/nouns.csv, and whole words of CLIP's vocabulary; in a noun of
    several words ("tennis player") each word.
    """
    noun = " ".join(noun.lower().split())
    known = {*statements["subject"], *statements["object"], *_nouns()}
    if noun in known or (noun and all(word in known or f"{word}</w>" in _tokens() for word in noun.split())):
        return noun
    raise InputError(f"the noun {noun!r} is unknown; the most similar ones are {similar_words(noun, known)}")


def check_verb(text: str, statements: pd.DataFrame) -> Verb:
    """The verb in `text`, "sitting on" being Verb("sit", "on"); InputError, with the most similar ones, if unknown.

    Known are the verbs of `statements` and of data/verbs.csv, as a lemma or a participle.
    """
    word, _, rest = " ".join(text.lower().split()).partition(" ")
    known = {*statements["relation"], *_verbs()}
    forms = {form: verb for verb in sorted(known) for form in (past_participle(verb), present_participle(verb))}
    if word not in known and word not in forms:
        raise InputError(f"the verb {text!r} is unknown; the most similar ones are {similar_words(word, known)}")
    return Verb(word if word in known else forms[word], rest or None)


def similar_words(word: str, known: Iterable[str]) -> str:
    """The three of `known` whose spelling is most like `word`.

    >>> similar_words("hrose", ["horse", "man", "house", "dog", "nose"])
    'house, horse, nose'
    """
    return ", ".join(difflib.get_close_matches(word, sorted(known), 3, 0))


@cache
def _nouns() -> set[str]:
    return set(read_lexicon("nouns", SHIPPED)["word"])


@cache
def _verbs() -> set[str]:
    return set(read_dynamic_verbs(SHIPPED / "verbs.csv"))


@cache
def _tokens() -> dict[str, int]:
    return SimpleTokenizer().encoder
