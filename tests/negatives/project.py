"""Triples, lexicons and tuples of small examples, which the tests of stage negatives share."""

import numpy as np
import pandas as pd

from stages.common.files.tables import SCHEMAS
from stages.common.language.inflection import triple_text
from stages.negatives.options import NegativesOptions
from stages.negatives.tuples import make_tuples

SETS = ("dynamic", "stative", "swapped", "random")
NUMBERS = {"k": 1, "per_anchor": 2, "max_per_pair": 100, "temperature": 0.5, "max_similarity": 1.0}
OPTIONS = NegativesOptions(sets={name: {} for name in SETS}, exact_nouns=False, **NUMBERS)
DYNAMIC = dict.fromkeys(("ride", "chase", "feed", "gallop", "kiss"), True) | dict.fromkeys(("sit", "lie"), False)


def lexicon(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """A lexicon of (word, kind, other)."""
    return pd.DataFrame(rows, columns=["word", "kind", "other"], dtype=str)


NO_WORDS = lexicon()
ACTS = [(verb, "act", "") for verb in ("ride", "chase", "feed", "gallop")]
VERBS = lexicon(*ACTS)
ANIMALS = lexicon(*[(noun, "animate", "") for noun in ("man", "guy", "woman", "dog", "cat", "horse")])


def triples_of(*rows: tuple) -> pd.DataFrame:
    """Triples from (image_id, "subject verb [preposition] object"[, split]), one caption each."""
    table = []
    for number, (image, sentence, *split) in enumerate(rows):
        subject, verb, *preposition, object = sentence.split()
        words = subject, verb, None, preposition[0] if preposition else None, object
        ids = number, number, image, split[0] if split else "train"
        table.append((*ids, *words, triple_text(*words), DYNAMIC.get(verb), False))
    return pd.DataFrame(table, columns=SCHEMAS["triples"].names)


def many() -> pd.DataFrame:
    """400 images of random triples, every other with a second caption, which mostly disagrees."""
    rng = np.random.default_rng(5)
    nouns, verbs = ["man", "guy", "dog", "cat", "horse"], ["ride", "chase", "feed", "sit on", "lie on"]
    texts = [f"{rng.choice(nouns)} {rng.choice(verbs)} {rng.choice(nouns)}" for _ in range(600)]
    splits = rng.choice(["train", "test"], 400)
    return triples_of(*[(i * 2 // 3, text, splits[i * 2 // 3]) for i, text in enumerate(texts)])


def tuples_of(triples, name, nouns=ANIMALS, verbs=VERBS, options=OPTIONS, features=None):
    """Every tuple of a set: triple_id of the anchor, those of its negatives (none for a text alone), their texts."""
    table, _ = make_tuples(triples, nouns, verbs, options, 0, features)
    members = table[table["set"] == name].groupby("tuple_id")[["triple_id", "text"]].agg(list)
    return [(ids[0], [one for one in ids[1:] if one >= 0], texts[1:]) for ids, texts in members.to_numpy()]
