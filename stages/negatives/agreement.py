"""Where captions of one image agree, and which verbs they use for the same thing."""

import numpy as np
import pandas as pd

from stages.negatives.word_relations import PairTest

MIN_IMAGES = 2
MIN_SHARE = 0.2  # of the rarer verb's images: in COCO cats lie and sit in 0.57, men sit and stand in 0.04


def corroborated(triples: pd.DataFrame) -> pd.Series:
    """Whether another caption of the image has the verb with the same subject, or with the same object, (N,).

    A triple that only one caption states is often a parsing error. In images whose triples all come from one caption,
    every triple counts as corroborated.
    """
    verb = ["image_id", "canonical_relation"]
    keys = ["image_id"], [*verb, "canonical_subject"], [*verb, "canonical_object"]
    captions, by_subject, by_object = (triples.groupby(key)["caption_id"].transform("nunique") for key in keys)
    return (captions == 1) | (by_subject > 1) | (by_object > 1)


def confused_verbs(triples: pd.DataFrame) -> pd.DataFrame:
    """Subjects and pairs of verbs that captions of one image often use together: columns subject, a, b, both orders.

    Of the images with at least two captions about the subject, at least MIN_IMAGES, and MIN_SHARE of those with the
    rarer verb, have both verbs. Such captions are no evidence that one of the verbs is false: where one writer says
    that a cat sits on the bed, another says that it lies there.
    """
    key = ["image_id", "canonical_subject"]
    several = triples.groupby(key)["caption_id"].transform("nunique") > 1
    stated = triples.loc[several, [*key, "canonical_relation"]].drop_duplicates()
    stated.columns = ["image_id", "subject", "verb"]
    stated["images"] = stated.groupby(["subject", "verb"])["image_id"].transform("size")
    pairs = stated.merge(stated, on=["image_id", "subject"], suffixes=("_a", "_b"))
    pairs = pairs[pairs["verb_a"] != pairs["verb_b"]]
    both = pairs.groupby(["subject", "verb_a", "verb_b", "images_a", "images_b"]).size().rename("both").reset_index()
    rarer = np.minimum(both["images_a"], both["images_b"])
    found = both[(both["both"] >= MIN_IMAGES) & (both["both"] >= MIN_SHARE * rarer)]
    return found[["subject", "verb_a", "verb_b"]].set_axis(["subject", "a", "b"], axis=1)


def confused(rows: pd.DataFrame, pairs: pd.DataFrame) -> PairTest:
    """Returns a test of pairs of rows with the same subject: whether their verbs are `pairs` of confused_verbs."""
    first_acts, second_acts = (pairs["subject"] + "|" + pairs[verb] for verb in ("a", "b"))
    names = pd.Index(sorted(set(first_acts)))  # a subject with a verb
    codes = names.get_indexer(first_acts) * len(names) + names.get_indexer(second_acts)
    act = names.get_indexer(rows["canonical_subject"] + "|" + rows["canonical_relation"])  # (N,), -1: never confused

    def test(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        a, b = act[first], act[second]
        return (a >= 0) & (b >= 0) & np.isin(a * len(names) + b, codes)

    return test
