"""What the captions of one picture agree on, and which verbs they use for the same act."""

import numpy as np
import pandas as pd

from stages.negatives.word_relations import PairTest, Words, canonical_words

MIN_IMAGES = 2
MIN_SHARE = 0.2  # of the rarer verb's images: in COCO cats lie and sit in 0.57, men sit and stand in 0.04


def corroborated(triples: pd.DataFrame, nouns: Words, verbs: Words) -> pd.Series:
    """Whether another caption of the image has the verb with the same subject, or the same object, (N,).

    A triple that only one caption states is often a parsing error. In images whose triples all come from one caption,
    every triple counts as corroborated.
    """
    canonical = _canonical(triples, nouns, verbs)
    keys = ["image_id"], ["image_id", "verb", "subject"], ["image_id", "verb", "object"]
    captions, by_subject, by_object = (canonical.groupby(key)["caption_id"].transform("nunique") for key in keys)
    return (captions == 1) | (by_subject > 1) | (by_object > 1)


def confused_verbs(triples: pd.DataFrame, nouns: Words, verbs: Words) -> pd.DataFrame:
    """Subjects and pairs of verbs that captions of one image often use together: columns subject, a, b, both orders.

    Of the images with two captions or more about the subject, at least MIN_IMAGES, and MIN_SHARE of those with the
    rarer verb, have the other verb too. Such captions disagree about what can be seen either way: a cat on a bed sits
    for one writer and lies for the next.
    """
    canonical = _canonical(triples, nouns, verbs)
    key = ["image_id", "subject"]
    canonical = canonical[canonical.groupby(key)["caption_id"].transform("nunique") > 1]
    canonical = canonical.drop_duplicates([*key, "verb"])[[*key, "verb"]]
    pairs = canonical.merge(canonical, on=key, suffixes=("_a", "_b"))
    both = pairs.groupby(["subject", "verb_a", "verb_b"]).size().rename("both").reset_index()
    single = both[both["verb_a"] == both["verb_b"]].set_index(["subject", "verb_a"])["both"]
    first, second = (
        single.reindex(pd.MultiIndex.from_frame(both[["subject", verb]])).to_numpy() for verb in ("verb_a", "verb_b")
    )
    often = (both["both"] >= MIN_IMAGES) & (both["both"] >= MIN_SHARE * np.minimum(first, second))
    found = both[often & (both["verb_a"] != both["verb_b"])]
    return found[["subject", "verb_a", "verb_b"]].set_axis(["subject", "a", "b"], axis=1)


def confused(rows: pd.DataFrame, pairs: pd.DataFrame, nouns: Words, verbs: Words) -> PairTest:
    """A test of rows with the same subject, whether their verbs are among the `pairs` of confused_verbs."""
    subject, verb = canonical_words(rows["subject"], nouns), canonical_words(rows["relation"], verbs)
    names = pd.Index(sorted({*pairs["subject"], *pairs["a"]}))
    subjects, verb_codes = names.get_indexer(subject), names.get_indexer(verb)  # (N,) each, -1: never confused
    codes = np.sort(_codes(names, *(names.get_indexer(pairs[column]) for column in ("subject", "a", "b"))))

    def test(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.isin(_codes(names, subjects[first], verb_codes[first], verb_codes[second]), codes)

    return test


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
