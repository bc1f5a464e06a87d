"""Which triples may be anchors and negatives of each set of tuples."""

from collections import Counter

import numpy as np
import pandas as pd

from stages.negatives.items import garbled, known, swappable
from stages.negatives.lexicon import comparable, of_kind, symmetric, vague

ALWAYS = ("vague_verb", "garbled", "not_agreed", "seen_once")
RULES = {
    "dynamic": (*ALWAYS, "no_contrary_verb"),
    "stative": (*ALWAYS, "no_contrary_verb"),
    "swapped": (*ALWAYS, "unsaid_noun", "symmetric", "absurd_swapped"),
    "random": (*ALWAYS, "unsaid_noun"),
}


def rules(items: pd.DataFrame, nouns: pd.DataFrame, verbs: pd.DataFrame) -> dict[str, np.ndarray]:
    """By rule, which triples (N,) it leaves out."""
    animate = of_kind(nouns, "animate")
    found = {
        "vague_verb": vague(items, verbs),
        "garbled": garbled(items),
        "not_agreed": ~items["agreed"],
        "seen_once": ~known(items, animate),
        "no_contrary_verb": ~comparable(items, verbs),
        "unsaid_noun": items[["subject", "object"]].isin(of_kind(nouns, "unsaid")).any(axis=1),
        "symmetric": symmetric(items, verbs),
        "absurd_swapped": ~swappable(items, animate),
    }
    return {name: np.asarray(where, bool) for name, where in found.items()}


def members(items: pd.DataFrame, name: str, left_out: dict[str, np.ndarray]) -> tuple[np.ndarray, Counter]:
    """The triples (N,) of a set, and how many each of its rules leaves out, the first that does."""
    belongs = np.ones(len(items), bool)
    if name in ("dynamic", "stative"):
        belongs = items["dynamic"].eq(name == "dynamic").fillna(False).to_numpy(bool)
    counts = Counter()
    for rule in RULES[name]:
        counts[rule] = int((belongs & left_out[rule]).sum())
        belongs = belongs & ~left_out[rule]
    return belongs, counts
