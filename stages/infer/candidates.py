"""Which statements a picture is compared with: what the training captions say is possible, as far as it is asked about.

A word that they never say stands in for those of its kind: "knight" does what the words nearest to it do. Nearest are
those whose texts the model embeds most alike.
"""

from collections.abc import Callable

import pandas as pd

from stages.common.language.inflection import triple_text
from stages.common.language.statements import PHRASE, SCHEMA
from stages.infer.vocabulary import Verb

Like = Callable[[str, list[str]], list[str]]  # of a word and the words to choose from: those nearest to it
KEYS = SCHEMA.names[:-2]  # all but text and count


def candidates(
    statements: pd.DataFrame, subject: str | None, verb: Verb | None, object: str | None, like: Like
) -> pd.DataFrame:
    """The statements about the given words, with columns KEYS and text, each text once.

    `statements` as by `training_statements`. None: whatever it may be. Of two nouns both orders are candidates, with
    each verb that is seen with the first as a subject and with the second as an object, together or not.
    """
    if subject is verb is object is None:
        return statements[[*KEYS, "text"]]
    rows = statements[KEYS] if verb is None else with_verb(statements[KEYS], verb, like)
    if subject and object:
        rows = pd.concat([between(rows, subject, object, like), between(rows, object, subject, like)])
        rows = rows if len(rows) else anyhow(statements if verb is None else rows, subject, object)
    else:
        for role, noun in (("subject", subject), ("object", object)):
            rows = rows if noun is None else with_noun(rows, role, noun, like)
    rows = rows.astype("object").where(rows.notna(), None)  # null is NaN to pandas
    texts = [triple_text(*row) for row in rows[KEYS].itertuples(index=False, name=None)]
    return rows.assign(text=texts).drop_duplicates("text", ignore_index=True)


def with_verb(rows: pd.DataFrame, verb: Verb, like: Like) -> pd.DataFrame:
    """The rows of a verb; of one that was never seen, those of the verbs nearest to it, with it in their place."""
    words = doing(rows, "relation", verb.relation, like)
    found = rows[rows["relation"].isin(words)].assign(relation=verb.relation)
    if verb.rest is None:
        return found
    said = found["particle"].fillna("") + " " + found["preposition"].fillna("")
    same = found[said.str.strip() == verb.rest]
    return same if len(same) else found.assign(particle=None, preposition=verb.rest, passive=False)


def with_noun(rows: pd.DataFrame, role: str, noun: str, like: Like) -> pd.DataFrame:
    """The rows that have `noun` as their subject or object, as `role` says; as `with_verb`."""
    return rows[rows[role].isin(doing(rows, role, noun, like))].assign(**{role: noun})


def between(rows: pd.DataFrame, subject: str, object: str, like: Like) -> pd.DataFrame:
    """Every phrase that is seen with `subject` as a subject and with `object` as an object, between the two.

    None where one of them is known, and never in that role: a bench rides nothing.
    """
    known = {*rows["subject"], *rows["object"]}
    parts = []
    for role, noun in (("subject", subject), ("object", object)):
        words = [noun] if noun in known else doing(rows, role, noun, like)
        parts.append(rows.loc[rows[role].isin(words), PHRASE].drop_duplicates())
    phrases = parts[0].merge(parts[1], on=PHRASE)  # pandas joins null with null
    return phrases.assign(subject=subject, object=object)[KEYS]


def anyhow(rows: pd.DataFrame, subject: str, object: str) -> pd.DataFrame:
    """Every phrase there is, between two nouns of which nothing is known in either order."""
    phrases = rows[PHRASE].drop_duplicates()
    return pd.concat([phrases.assign(subject=s, object=o)[KEYS] for s, o in ((subject, object), (object, subject))])


def doing(rows: pd.DataFrame, column: str, word: str, like: Like) -> list[str]:
    """The word itself where the column has it, those nearest to it otherwise."""
    seen = rows[column].unique().tolist()
    return [word] if word in seen else like(word, seen)
