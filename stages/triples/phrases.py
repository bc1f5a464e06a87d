"""Which noun of a phrase is meant: "a group of people" is people, "on top of a car" is the car."""

from stages.triples.tree import Tree, dependants, negated, with_conjuncts


def of_phrase(tree: Tree, noun: int) -> list[int]:
    """The nouns joined to `noun` by "of" alone: not "something out of the window"."""
    return [
        target
        for child in dependants(tree, noun, "nmod")
        if [tree.words[i].of for i in dependants(tree, child, "case")][:1] == [True]
        for target in with_conjuncts(tree, child)
    ]


def meant(tree: Tree, noun: int, pictures: bool = True) -> list[int]:
    """The nouns that `noun` and its conjuncts stand for: quantities and parts resolved, pronouns dropped.

    Without `pictures`, a picture stays one: who takes a picture of a cat takes a picture.
    """
    word = tree.words[noun]
    if not word.quantity and not word.part and "conj" not in tree.children[noun]:  # most nouns mean themselves
        return [noun] if word.noun and not absent(tree, noun) else []
    found: list[int] = []
    for head in with_conjuncts(tree, noun):
        if absent(tree, head):
            continue
        word = tree.words[head]
        counts = (word.quantity or word.part) and (pictures or not word.picture)
        inner = of_phrase(tree, head) if counts else []
        for target in inner or [head]:
            # "a close up of a group of people": one level more
            deeper = of_phrase(tree, target) if inner and tree.words[target].quantity else []
            found += deeper or [target]
    return [i for i in dict.fromkeys(found) if tree.words[i].noun and not absent(tree, i)]


def absent(tree: Tree, noun: int) -> bool:
    """Whether a noun is denied, or coordinated with one that is: "no people", "none of the men", "no cars or men"."""
    first = tree.heads[noun] if tree.deprels[noun] == "conj" else -1
    denied = tree.words[noun].negation or negated(tree, noun)
    return denied or 0 <= first < noun and absent(tree, first)
