"""What the captions of one picture agree on, and which verbs they take for each other."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.negatives.lexicon import Words, canonical_words

OFTEN = 2  # images
SHARE = 0.2  # of the rarer verb's images: cats lie and sit in 0.57, men sit and stand in 0.04 of COCO's


def corroborated(triples: pd.DataFrame, nouns: Words, verbs: Words) -> pd.Series:
    """Whether another caption of the image has the verb with the same subject, or with the same object: (N,).

    What one caption says and no other is often a parsing error. An image whose triples all come from one
    caption has no second opinion, and is taken at its word.
    """
    said = _canonical(triples, nouns, verbs)
    shared = ["image_id"], ["image_id", "verb", "subject"], ["image_id", "verb", "object"]
    captions, subject, object = (said.groupby(key)["caption_id"].transform("nunique") for key in shared)
    return (captions == 1) | (subject > 1) | (object > 1)


def confused_verbs(triples: pd.DataFrame, nouns: Words, verbs: Words) -> pd.DataFrame:
    """Subjects and pairs of verbs, both ways round, that are said together too often: columns subject, a, b.

    Of the images where two captions or more have the subject, OFTEN or more, and SHARE or more of those
    with the rarer verb, have the other verb as well. Captions of one picture that disagree show what can be
    seen either way: a cat on a bed sits for one person and lies for the next.
    """
    said = _canonical(triples, nouns, verbs)
    key = ["image_id", "subject"]
    said = said[said.groupby(key)["caption_id"].transform("nunique") > 1]
    said = said.drop_duplicates([*key, "verb"])[[*key, "verb"]]
    pairs = said.merge(said, on=key, suffixes=("_a", "_b"))
    both = pairs.groupby(["subject", "verb_a", "verb_b"]).size().rename("both").reset_index()
    alone = both[both["verb_a"] == both["verb_b"]].set_index(["subject", "verb_a"])["both"]
    first, second = (
        alone.reindex(pd.MultiIndex.from_frame(both[["subject", verb]])).to_numpy() for verb in ("verb_a", "verb_b")
    )
    often = (both["both"] >= OFTEN) & (both["both"] >= SHARE * np.minimum(first, second))
    found = both[often & (both["verb_a"] != both["verb_b"])]
    return found[["subject", "verb_a", "verb_b"]].set_axis(["subject", "a", "b"], axis=1)


def confused(
    rows: pd.DataFrame, pairs: pd.DataFrame, nouns: Words, verbs: Words
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of rows (M,) and (M,) of the same subject: whether their verbs are among the confused."""
    subject, verb = canonical_words(rows["subject"], nouns), canonical_words(rows["relation"], verbs)
    names = pd.Index(sorted({*pairs["subject"], *pairs["a"]}))
    subjects, said = names.get_indexer(subject), names.get_indexer(verb)  # (N,) each, -1: never confused
    codes = np.sort(_codes(names, *(names.get_indexer(pairs[column]) for column in ("subject", "a", "b"))))

    def holds(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.isin(_codes(names, subjects[first], said[first], said[second]), codes)

    return holds


def _canonical(triples: pd.DataFrame, nouns: Words, verbs: Words) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": triples["image_id"],
            "caption_id": triples["caption_id"],
            "subject": canonical_words(triples["subject"], nouns),
            "verb": canonical_words(triples["relation"], verbs),
            "object": canonical_words(triples["object"], nouns),
        }
    )


def _codes(names: pd.Index, subject: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    code = (subject.astype(np.int64) * len(names) + first) * len(names) + second
    return np.where((subject < 0) | (first < 0) | (second < 0), -1, code)
