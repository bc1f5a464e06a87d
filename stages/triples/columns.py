"""The words of many captions as flat arrays, so that what needs no grammar is done for all at once."""

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

    def holding(self, dependants: np.ndarray) -> np.ndarray:
        """Whether each word is the head of one of `dependants` (W,) bool."""
        found = np.zeros(len(self.head), bool)
        found[self.head[dependants & (self.head >= 0)]] = True
        return found

    def having(self, *deprels: str) -> np.ndarray:
        """Whether each word has a dependant of one of these relations."""
        return self.holding(self.among("deprel", set(deprels)))

    def before(self, flags: np.ndarray) -> np.ndarray:
        """Whether the word before each word, in its caption, has a flag (W,) bool."""
        found = np.roll(flags, 1)
        found[self.first[:-1][np.diff(self.first) > 0]] = False
        return found

    def after(self, flags: np.ndarray) -> np.ndarray:
        """Whether the word after each word, in its caption, has a flag (W,) bool."""
        found = np.roll(flags, -1)
        found[self.first[1:][np.diff(self.first) > 0] - 1] = False
        return found

    def put(self, field: str, value: str, at: np.ndarray | int) -> None:
        """Set a field of some words, in place."""
        if value not in self.values[field]:
            self.values[field].append(value)
        self.codes[field][at] = self.values[field].index(value)

    def move(self, at: np.ndarray | int, head: np.ndarray | int, deprel: str) -> None:
        """Hang some words on other heads, in place."""
        self.head[at] = head
        self.put("deprel", deprel, at)


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


def runs(caption: np.ndarray, captions: int) -> np.ndarray:
    """Where each caption's words begin, (captions+1,), from the sorted caption of each word."""
    return np.searchsorted(caption, np.arange(captions + 1))
