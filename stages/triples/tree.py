"""A dependency tree of Universal Dependencies v2, as the rules read it."""

from typing import NamedTuple


class Word(NamedTuple):
    """A row of CoNLL-U without its offsets; `head` is 1-based, 0 for a root."""

    text: str
    lemma: str
    upos: str
    feats: str
    head: int
    deprel: str


class Tree(NamedTuple):
    """Words and, for each, the indices (0-based) of its dependants in order."""

    words: list[Word]
    children: list[list[int]]


def make_tree(words: list[Word]) -> Tree:
    children: list[list[int]] = [[] for _ in words]
    for i, word in enumerate(words):
        if 0 < word.head <= len(words):
            children[word.head - 1].append(i)
    return Tree(words, children)


def dependants(tree: Tree, head: int, *deprels: str) -> list[int]:
    """The dependants of `head` whose relation is one of `deprels`, in order."""
    return [i for i in tree.children[head] if tree.words[i].deprel in deprels]


def with_conjuncts(tree: Tree, head: int) -> list[int]:
    """`head` and what is coordinated with it."""
    return [head, *dependants(tree, head, "conj")]
