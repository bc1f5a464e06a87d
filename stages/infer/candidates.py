"""Selects the training statements that match the words of a question.

A word that no training caption has is replaced by the most similar ones, by the model's text embeddings: a knight may
do what a man does.
"""

from collections.abc import Callable

import pandas as pd

from stages.common.language.inflection import triple_text
from stages.common.language.statements import SCHEMA, VERB_PHRASE
from stages.infer.vocabulary import Verb

MostSimilar = Callable[[str, list[str]], list[str]]  # of a word and the words to choose from
WORDS = SCHEMA.names[:-2]  # without text and count


def candidates(
    statements: pd.DataFrame, subject: str | None, verb: Verb | None, object: str | None, similar: MostSimilar
) -> pd.DataFrame:
    """The statements with the given words, None for any: columns WORDS and text, each text once.

    `statements` as by `training_statements`. With two nouns, both orders are candidates, with each verb that occurs
    with the first as subject and with the second as object, together or not.
    """
    if subject is verb is object is None:
        return statements[[*WORDS, "text"]]
    rows = statements[WORDS] if verb is None else with_verb(statements[WORDS], verb, similar)
    if subject and object:
        rows = pd.concat([between(rows, subject, object, similar), between(rows, object, subject, similar)])
        rows = rows if len(rows) else any_phrase(statements if verb is None else rows, subject, object)
    else:
        for role, noun in (("subject", subject), ("object", object)):
            rows = rows if noun is None else with_noun(rows, role, noun, similar)
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


def with_noun(rows: pd.DataFrame, role: str, noun: str, similar: MostSimilar) -> pd.DataFrame:
    """The rows with `noun` in its role, subject or object; as `with_verb`."""
    return rows[rows[role].isin(same_or_similar(rows, role, noun, similar))].assign(**{role: noun})


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


def any_phrase(rows: pd.DataFrame, subject: str, object: str) -> pd.DataFrame:
    """Every verb phrase, between two nouns about which nothing is known, in both orders."""
    phrases = rows[VERB_PHRASE].drop_duplicates()
    return pd.concat([phrases.assign(subject=s, object=o)[WORDS] for s, o in ((subject, object), (object, subject))])


def same_or_similar(rows: pd.DataFrame, column: str, word: str, similar: MostSimilar) -> list[str]:
    """The word itself if the column has it, else the most similar ones."""
    known = rows[column].unique().tolist()
    return [word] if word in known else similar(word, known)
