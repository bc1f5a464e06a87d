"""Dependency trees of Universal Dependencies v2, pruned to what the rules read."""

from typing import NamedTuple

from stages.triples.kinds import Kind


class Tree(NamedTuple):
    """What the rules read of a tree: each word's kind, head (0-based, -1: root), relation, dependants by relation."""

    words: list[Kind]
    heads: list[int]
    deprels: list[str]
    children: list[dict[str, list[int]]]


_NONE: dict[str, list[int]] = {}  # the dependants of a word without any; never changed


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


def with_conjuncts(tree: Tree, head: int) -> list[int]:
    """`head` and what is coordinated with it."""
    found = [head]
    for word in found:
        if "conj" in tree.children[word]:
            found += [i for i in tree.children[word]["conj"] if i not in found]
    return found
