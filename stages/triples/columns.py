"""The words of many captions as flat arrays, so that what needs no grammar is done for all at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FIELDS = ("text", "lemma", "upos", "feats", "deprel")


class Words(NamedTuple):
    """The W words of C captions.

    `first` (C+1,): where each caption's words begin; `caption` (W,): the caption of each word; `head`
    (W,): the position of its head among all words, -1 for a root. A field is its distinct values and,
    for each word, which of them it has: `values["upos"][codes["upos"][i]]`.
    """

    first: np.ndarray  # (C+1,)
    caption: np.ndarray  # (W,)
    head: np.ndarray  # (W,)
    codes: dict[str, np.ndarray]  # each (W,)
    values: dict[str, list[str]]

    def among(self, field: str, allowed: object) -> np.ndarray:
        """Whether each word's `field` is one of `allowed`, a collection or a test of a value."""
        test = allowed if callable(allowed) else allowed.__contains__
        return np.fromiter(map(test, self.values[field]), bool, len(self.values[field]))[self.codes[field]]  # (W,)

    def value(self, field: str, i: int) -> str:
        return self.values[field][self.codes[field][i]]


def flatten(parses: pa.RecordBatch) -> Words:
    """The column `words` of the table of parses; a missing lemma is the word itself, a head out of range a root."""
    lists = parses.column("words")
    sizes = lists.value_lengths().to_numpy(zero_copy_only=False)  # (C,)
    first = np.concatenate([[0], np.cumsum(sizes)])  # (C+1,)
    caption = np.repeat(np.arange(len(sizes)), sizes)  # (W,)
    words = lists.flatten()
    arrays = {name: words.field(name) for name in FIELDS}
    arrays["lemma"] = pc.if_else(pc.equal(arrays["lemma"], ""), None, arrays["lemma"])
    arrays["lemma"] = pc.coalesce(arrays["lemma"], arrays["text"])
    codes, values = {}, {}
    for name, array in arrays.items():
        encoded = pc.fill_null(array, "").dictionary_encode()
        codes[name] = encoded.indices.to_numpy().copy()  # (W,)
        values[name] = encoded.dictionary.to_pylist()
    inside = words.field("head").to_numpy()  # (W,)
    known = (inside > 0) & (inside <= sizes[caption])
    head = np.where(known, first[caption] + inside - 1, -1)  # (W,)
    return Words(first, caption, head, codes, values)


def retag(words: Words, is_verb: Callable[[str], bool]) -> Words:
    """`words` with the tags that their places and forms decide, in place; small parsers guess many by the form alone.

    "A boy does a trick": no auxiliary without a verb to help. "Two women dance", "men stand together": a noun
    is no clause and has no subject without a copula. "A man plays violin": without an ending, what `is_verb`
    denies is no verb. "Past a shed": nor is what has a preposition or an article.
    """
    hung = words.head >= 0  # (W,)

    def having(*deprels: str) -> np.ndarray:
        found = np.zeros_like(hung)
        found[words.head[hung & words.among("deprel", deprels)]] = True
        return found

    known = words.among("text", lambda text: is_verb(text.lower())) | words.among("lemma", is_verb)
    helping = words.among("deprel", {"aux", "aux:pass", "cop"})
    verb = words.among("upos", {"AUX"}) & ~helping & words.among("lemma", {"do", "have"}) & having("obj")
    clause = words.among("deprel", {"acl", "acl:relcl", "advcl"}) | having("nsubj")
    nominal = having("cop", "case", "det", "nmod:poss", "aux:pass", "amod")
    verb |= words.among("upos", {"NOUN"}) & clause & ~nominal & known
    inflected = words.among("text", lambda text: text.lower().endswith(("ing", "ed")))
    inflected |= words.among("feats", lambda feats: "Tense=Past" in feats)  # "seen"
    phrase = having("case", "det") & words.among("deprel", {"obl", "obl:agent", "nmod", "obj", "nsubj"})
    noun = words.among("upos", {"VERB"}) & (~known & ~inflected | phrase)
    for tag, found in (("VERB", verb), ("NOUN", noun)):
        _set(words, "upos", tag, found)
    under = words.among("upos", {"VERB"})[words.head] & hung & (words.head < np.arange(len(hung)))
    bare = noun & under & words.among("deprel", {"xcomp", "ccomp", "advcl", "conj"}) & ~having("mark", "nsubj")
    below = hung & bare[words.head] & words.among("deprel", {"xcomp", "advcl"})  # "wears a hat and jeans talking"
    words.head[below] = words.head[words.head[below]]
    _set(words, "deprel", "advcl", below)
    _set(words, "deprel", "obj", bare)
    return words


def _set(words: Words, field: str, value: str, at: np.ndarray) -> None:
    if at.any():
        words.values[field].append(value)
        words.codes[field][at] = len(words.values[field]) - 1


def runs(caption: np.ndarray, captions: int) -> np.ndarray:
    """Where each caption's words begin, (captions+1,), from the sorted caption of each word."""
    return np.searchsorted(caption, np.arange(captions + 1))
