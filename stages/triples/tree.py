"""Dependency trees of Universal Dependencies v2: whole ones for repairs, pruned ones for the rules."""

from typing import NamedTuple

from stages.triples.kinds import Kind


class Word(NamedTuple):
    """A row of CoNLL-U without its offsets; `head` is 1-based, 0 for a root."""

    text: str
    lemma: str
    upos: str
    feats: str
    head: int
    deprel: str


class Parse(NamedTuple):
    """A whole tree: its words and, for each, the indices (0-based) of its dependants in order."""

    words: list[Word]
    children: list[list[int]]


class Tree(NamedTuple):
    """What the rules read of a tree: each word's kind, head (0-based, -1: root), relation, dependants by relation."""

    words: list[Kind]
    heads: list[int]
    deprels: list[str]
    children: list[dict[str, list[int]]]


_NONE: dict[str, list[int]] = {}  # the dependants of a word without any; never changed


def make_parse(words: list[Word]) -> Parse:
    children: list[list[int]] = [[] for _ in words]
    for i, word in enumerate(words):
        if 0 < word.head <= len(words):
            children[word.head - 1].append(i)
    return Parse(words, children)


def make_tree(words: list[Kind], heads: list[int], deprels: list[str]) -> Tree:
    children = [_NONE] * len(heads)
    for i, head in enumerate(heads):
        if head >= 0:
            if children[head] is _NONE:
                children[head] = {}
            children[head].setdefault(deprels[i], []).append(i)
    return Tree(words, heads, deprels, children)


def dependants(tree: Tree, head: int, *deprels: str) -> list[int]:
    """The dependants of `head` whose relation is one of `deprels`, in order."""
    children = tree.children[head]
    if not children:
        return []
    if len(deprels) == 1:
        return children.get(deprels[0], [])
    found = [i for name in deprels if name in children for i in children[name]]
    return sorted(found) if len(found) > 1 else found


def negated(tree: Tree, i: int) -> bool:
    """Whether a word that denies hangs on `i`: "not riding", "without wearing", "no people", "nor a woman"."""
    return any(tree.words[c].negation for c in dependants(tree, i, "advmod", "mark", "case", "det", "other"))


def with_conjuncts(tree: Tree, head: int) -> list[int]:
    """`head` and what is coordinated with it."""
    found = [head]
    for word in found:
        if "conj" in tree.children[word]:
            found += [i for i in tree.children[word]["conj"] if i not in found]
    return found
