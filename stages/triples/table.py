"""The table of triples from the table of parses: words to kinds, trees to relations, relations to rows."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.files.tables import SCHEMAS, rows_of
from stages.common.language.inflection import triple_text
from stages.triples.clauses import with_clauses_corrected
from stages.triples.columns import Words, flatten, runs
from stages.triples.correct import correct
from stages.triples.kinds import Kind, kind_of
from stages.triples.nouns import noun_lemma
from stages.triples.prune import DEPRELS, reached
from stages.triples.rules import Relation, extract
from stages.triples.tree import make_tree
from stages.triples.verbs import verb_lemma

WORD = ("text", "lemma", "upos", "feats")  # what a word is, apart from its place in a tree
REMEMBERED = 200_000  # trees; about 100 MB


class Memory(NamedTuple):
    """What batches share: the kinds met so far, what each distinct word is, the relations of each pruned tree."""

    lexicon: dict[str, bool]
    kinds: dict[Kind, int]
    words: dict[tuple[str, ...], tuple[int, str, str]]  # text, lemma, upos, feats -> kind, as noun, as verb
    trees: dict[bytes, list[Relation]]


def new_memory(lexicon: dict[str, bool]) -> Memory:
    return Memory(lexicon, {}, {}, {})


class Found(NamedTuple):
    """Relations of many captions, (T,) each, by the positions of their words among all words."""

    caption: list[int]
    subject: list[int]
    verb: list[int]
    particle: list[str | None]
    preposition: list[str | None]
    object: list[int]
    passive: list[bool]


def triple_table(parses: pa.RecordBatch, captions: pa.Table, memory: Memory, first_id: int) -> pa.Table:
    """The table of triples of some parses, numbered from `first_id` in the order of captions and verbs.

    `captions` gives each caption's image and split.
    """
    found = caption_triples(parses, memory)
    ids = parses.column("caption_id").take(found["caption"].combine_chunks())
    rows = rows_of(ids.to_numpy(), pd.Index(captions["caption_id"]), "this part of data/captions/captions")
    of_caption = captions.take(pa.array(rows))
    columns = {name: found[name] for name in found.column_names if name != "caption"}
    columns |= {"caption_id": ids, "image_id": of_caption["image_id"], "split": of_caption["split"]}
    columns["triple_id"] = np.arange(first_id, first_id + len(found))
    return pa.table({field.name: columns[field.name] for field in SCHEMAS["triples"]}, schema=SCHEMAS["triples"])


def caption_triples(parses: pa.RecordBatch, memory: Memory) -> pa.Table:
    """What the trees alone decide of the table of triples; `caption` is the row of the parse."""
    with no_collection():
        words = with_clauses_corrected(correct(flatten(parses), memory.lexicon), memory.lexicon)
        inverse, described = describe(words, memory)
        kind = np.array([d[0] for d in described], np.int64)[inverse]  # (W,)
        return _columns(words, inverse, described, find(words, kind, memory), memory.lexicon)


@contextmanager
def no_collection() -> Iterator[None]:
    """Without Python's search for cycles, a tenth of the time: the rules make many tuples and no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def describe(words: Words, memory: Memory) -> tuple[np.ndarray, list[tuple[int, str, str]]]:
    """Each word's place (W,) among the distinct words, and what these are: kind, as a noun, as a verb."""
    key = np.zeros(len(words.head), np.int64)
    for field in WORD:
        key = key * len(words.values[field]) + words.codes[field]
    encoded = pa.array(key).dictionary_encode()
    rest, columns = encoded.dictionary.to_numpy(), []
    for field in reversed(WORD):
        rest, code = np.divmod(rest, len(words.values[field]))
        columns.append(np.array(words.values[field], object)[code].tolist())
    distinct = list(zip(*reversed(columns), strict=True))
    for word in distinct:
        if word not in memory.words:
            memory.words[word] = _described(*word, memory)
    return encoded.indices.to_numpy(), [memory.words[word] for word in distinct]


def _described(text: str, lemma: str, upos: str, feats: str, memory: Memory) -> tuple[int, str, str]:
    form, stem = text.lower(), lemma.lower()
    kind = kind_of(form, stem, upos, feats, memory.lexicon)
    number = memory.kinds.setdefault(kind, len(memory.kinds))
    verb = verb_lemma(form, stem, memory.lexicon) if upos == "VERB" else ""
    return number, noun_lemma(form, stem, upos), verb


def find(words: Words, kind: np.ndarray, memory: Memory) -> Found:
    """The relations of every caption; equal pruned trees are worked out once."""
    lower = [text.lower() for text in words.values["text"]]
    forms = words.codes["text"]

    def joined(at: tuple[int, ...], position: list[int]) -> str:
        return " ".join([lower[forms[position[i]]] for i in at])

    rows = [
        (
            caption,
            position[subject],
            position[verb],
            joined(particle, position) if particle else None,
            joined(preposition, position) if preposition else None,
            position[object],
            passive,
        )
        for caption, position, relations in _trees(words, kind, memory)
        for subject, verb, particle, preposition, object, passive in relations
    ]
    return Found(*map(list, zip(*rows, strict=True))) if rows else Found(*([] for _ in Found._fields))


def _trees(words: Words, kind: np.ndarray, memory: Memory) -> Iterator[tuple[int, list[int], list[Relation]]]:
    """For each caption that has relations: its row, its pruned tree's positions, and the relations."""
    kinds, trees = list(memory.kinds), memory.trees
    keep = reached(words, kinds, kind)  # (W,)
    position = np.flatnonzero(keep)  # (S,)
    starts = runs(words.caption[position], len(words.first) - 1)  # (C+1,)
    place = np.full(len(keep) + 1, -1)  # (W+1,); the last serves a root
    place[position] = np.arange(len(position)) - starts[words.caption[position]]
    head = place[words.head[position]]  # (S,)
    code = {name: i for i, name in enumerate(DEPRELS)}
    deprel = np.array([code.get(name, len(DEPRELS) - 1) for name in words.values["deprel"]])
    deprel = deprel[words.codes["deprel"][position]]  # (S,)
    rows = np.stack([kind[position], head, deprel], axis=1).astype(np.int16)  # (S, 3)
    data, width, positions, bounds = rows.tobytes(), rows.itemsize * 3, position.tolist(), starts.tolist()
    for caption in np.flatnonzero(np.diff(starts)).tolist():
        first, end = bounds[caption], bounds[caption + 1]
        key = data[first * width : end * width]
        relations = trees.get(key)
        if relations is None:
            if len(trees) >= REMEMBERED:
                trees.clear()
            tree = rows[first:end].T.tolist()
            words_, deprels = [kinds[k] for k in tree[0]], [DEPRELS[d] for d in tree[2]]
            relations = trees[key] = extract(make_tree(words_, tree[1], deprels))
        if relations:
            yield caption, positions[first:end], relations


def _columns(words: Words, inverse: np.ndarray, described: list, found: Found, lexicon: dict[str, bool]) -> pa.Table:
    """The rows of `found` as columns of strings, each triple of a caption once."""
    at = {name: np.array(getattr(found, name), np.int64) for name in ("subject", "verb", "object")}  # (T,)
    subject, verb, object = ([described[i] for i in inverse[at[name]].tolist()] for name in at)
    columns = {
        "caption": found.caption,
        "subject": [noun for _, noun, _ in subject],
        "relation": [relation for _, _, relation in verb],
        "particle": found.particle,
        "preposition": found.preposition,
        "object": [noun for _, noun, _ in object],
    }
    columns["passive"] = found.passive
    distinct = list(dict.fromkeys(zip(*columns.values(), strict=True)))
    columns = dict(zip(columns, map(list, zip(*distinct, strict=True)) if distinct else [[] for _ in columns]))
    columns["text"] = [triple_text(*row[1:]) for row in distinct]
    columns["dynamic"] = [lexicon.get(row[2]) for row in distinct]
    schema = [("caption", pa.int64()), *((f.name, f.type) for f in SCHEMAS["triples"] if f.name in columns)]
    return pa.table({name: pa.array(columns[name], kind) for name, kind in schema})
