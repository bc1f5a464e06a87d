"""Which words of a tree the rules can reach: verbs, what these hang on, and their complements."""

import numpy as np

from stages.triples.columns import Words
from stages.triples.kinds import Kind
from stages.triples.rules import NO_VERB, SHARING

# relations that the rules follow from a word to its dependants
FOLLOWED = set("nsubj nsubj:pass obj obl obl:agent cop compound:prt conj case fixed".split())
SOMETIMES = {"nmod", "advmod", "mark", "aux", "aux:pass", "xcomp", "det", "nmod:poss"}  # from some words alone
# relations that the rules tell apart; any other is one to them
DEPRELS = [*sorted(FOLLOWED | SOMETIMES | NO_VERB | SHARING | {"acl", "acl:relcl"}), "other"]


def reached(words: Words, kinds: list[Kind], kind: np.ndarray) -> np.ndarray:
    """Whether the rules can reach each word, (W,); `kind` (W,) is its place in `kinds`.

    Nothing is reached in a caption without a verb, and a noun's own adjectives and phrases are not:
    captions that differ in these alone have equal pruned trees.
    """
    head, deprel = words.head, lambda *names: words.among("deprel", set(names))  # (W,)
    hung, case = head >= 0, deprel("case")

    def of(*classes: str) -> np.ndarray:  # whether each word is of one of these classes, (W,)
        return np.array([any(getattr(k, name) for name in classes) for k in kinds], bool)[kind]

    followed = words.among("deprel", FOLLOWED)
    for relations, heads in (
        (("nmod",), of("quantity", "part", "verb")),
        (("advmod",), case),
        (("nmod:poss",), of("side")),
        (("mark",), of("nounish")),
        (("aux", "aux:pass"), ~of("ing")),  # "is" beside "riding" tells nothing
        (("xcomp",), of("light")),
    ):
        followed |= deprel(*relations) & heads[head]
    followed |= deprel("det") & of("the") & of("part")[head]
    followed |= deprel("advmod", "xcomp") & of("beside")
    followed |= of("negation") | of("either") & of("verb")[head]
    followed &= hung
    found = of("verb") & ~deprel(*NO_VERB)
    _spread(found, lambda new: head[new & hung])
    _spread(found, lambda new: np.flatnonzero(followed & new[head]))
    # "next" just before "to", wherever it hangs
    found[:-1] |= of("beside")[:-1] & case[1:] & found[1:]
    return found


def _spread(found: np.ndarray, step: object) -> None:
    """Add to `found`, in place, what `step` reaches from its newest words, until nothing is new."""
    new = found.copy()
    while new.any():
        reached = np.zeros_like(found)
        reached[step(new)] = True
        new = reached & ~found
        found |= new
