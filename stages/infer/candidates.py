"""Checks the words of a question, and selects the training statements that match them.

A word that no training caption has is replaced by the most similar ones, by the model's text embeddings: a knight may
do what a man does.
"""

import difflib
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd
from open_clip.tokenizer import SimpleTokenizer

from stages.common.files.errors import InputError
from stages.common.language.inflection import past_participle, present_participle, triple_text
from stages.common.language.lexicons import SHIPPED, read_dynamic_verbs, read_lexicon
from stages.common.language.statements import SCHEMA, VERB_PHRASE

MostSimilar = Callable[[str, list[str]], list[str]]  # of a word and the words to choose from
WORDS = SCHEMA.names[:-2]  # without text and count


class Verb(NamedTuple):
    """A verb, and its particle or preposition, None for any."""

    relation: str
    rest: str | None


@cache
def shipped_words() -> tuple[set[str], set[str], set[str]]:
    """The nouns of data/nouns.csv, the verbs of data/verbs.csv, and the whole words of CLIP's vocabulary."""
    tokens = {token.removesuffix("</w>") for token in SimpleTokenizer().encoder if token.endswith("</w>")}
    return set(read_lexicon("nouns", SHIPPED)["word"]), set(read_dynamic_verbs(SHIPPED / "verbs.csv")), tokens


def check_noun(noun: str, statements: pd.DataFrame) -> str:
    """`noun` in lower case; InputError, with the most similar ones, for an unknown noun.

    Known are the nouns of `statements`, those of data/nouns.csv, and whole words of CLIP's vocabulary; in a noun of
    several words ("tennis player") each word.
    """
    noun = " ".join(noun.lower().split())
    nouns, _, tokens = shipped_words()
    known = nouns | {*statements["subject"], *statements["object"]}
    if noun in known or (noun and all(word in known or word in tokens for word in noun.split())):
        return noun
    raise InputError(f"the noun {noun!r} is unknown; the most similar ones are {similar_spelling(noun, known)}")


def check_verb(text: str, statements: pd.DataFrame) -> Verb:
    """The verb in `text`, "sitting on" being Verb("sit", "on"); InputError, with the most similar ones, if unknown.

    Known are the verbs of `statements` and of data/verbs.csv, as a lemma or a participle.
    """
    word, _, rest = " ".join(text.lower().split()).partition(" ")
    known = shipped_words()[1] | {*statements["relation"]}
    forms = {form: verb for verb in sorted(known) for form in (past_participle(verb), present_participle(verb), verb)}
    if word not in forms:
        raise InputError(f"the verb {text!r} is unknown; the most similar ones are {similar_spelling(word, known)}")
    return Verb(word if word in known else forms[word], rest or None)


def similar_spelling(word: str, known: Iterable[str]) -> str:
    """The three of `known` whose spelling is most like `word`: "house, horse, nose" for "hrose"."""
    return ", ".join(difflib.get_close_matches(word, sorted(known), 3, 0))


def candidates(
    statements: pd.DataFrame, subject: str | None, relation: str | None, object: str | None, similar: MostSimilar
) -> pd.DataFrame:
    """The statements with the given words, None for any: columns WORDS and text, each text once.

    `statements` as by `training_statements`. With two nouns, both orders are candidates, with each verb that occurs
    with the first as subject and with the second as object, together or not. InputError for an unknown word, and where
    no statement matches.
    """
    if not (subject or relation or object):
        return statements[[*WORDS, "text"]]
    asked = " ".join(word for word in (subject, relation, object) if word)
    verb = check_verb(relation, statements) if relation else None
    subject, object = (check_noun(noun, statements) if noun else None for noun in (subject, object))
    rows = with_verb(statements[WORDS], verb, similar) if verb else statements[WORDS]
    if subject and object:
        orders = (subject, object), (object, subject)
        found = pd.concat([between(rows, *nouns, similar) for nouns in orders])
        if found.empty and verb is None:  # nothing is known about the two: every verb phrase
            phrases = rows[VERB_PHRASE].drop_duplicates()
            found = pd.concat([phrases.assign(subject=first, object=second)[WORDS] for first, second in orders])
        rows = found
    else:
        for role, noun in (("subject", subject), ("object", object)):
            if noun:
                rows = rows[rows[role].isin(same_or_similar(rows, role, noun, similar))].assign(**{role: noun})
    if rows.empty:
        raise InputError(f"no statement of the training captions is like {asked!r}; give fewer words, or --text")
    rows = rows.astype("object").where(rows.notna(), None)
    texts = [triple_text(*row) for row in rows[WORDS].itertuples(index=False, name=None)]
    return rows.assign(text=texts).drop_duplicates("text", ignore_index=True)


def with_verb(rows: pd.DataFrame, verb: Verb, similar: MostSimilar) -> pd.DataFrame:
    """The rows with a verb; for an unknown verb, those with the most similar ones, which it replaces."""
    words = same_or_similar(rows, "relation", verb.relation, similar)
    found = rows[rows["relation"].isin(words)].assign(relation=verb.relation)
    if verb.rest is None:
        return found
    rest = (found["particle"].fillna("") + " " + found["preposition"].fillna("")).str.strip()
    same = found[rest == verb.rest]
    return same if len(same) else found.assign(particle=None, preposition=verb.rest, passive=False)


def between(rows: pd.DataFrame, subject: str, object: str, similar: MostSimilar) -> pd.DataFrame:
    """Each verb phrase that occurs with `subject` as a subject and with `object` as an object, between the two.

    None where one of them is known, but never in that role: a bench rides nothing.
    """
    known = {*rows["subject"], *rows["object"]}
    parts = []
    for role, noun in (("subject", subject), ("object", object)):
        words = [noun] if noun in known else same_or_similar(rows, role, noun, similar)
        parts.append(rows.loc[rows[role].isin(words), VERB_PHRASE].drop_duplicates())
    phrases = parts[0].merge(parts[1], on=VERB_PHRASE)  # pandas joins null with null
    return phrases.assign(subject=subject, object=object)[WORDS]


def same_or_similar(rows: pd.DataFrame, column: str, word: str, similar: MostSimilar) -> list[str]:
    """The word itself if the column has it, else the most similar ones."""
    known = rows[column].unique().tolist()
    return [word] if word in known else similar(word, known)
