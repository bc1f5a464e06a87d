"""Items, from which tuples are drawn: the distinct triples of each image, in a fixed order."""

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError

DISTINCT = ["subject", "relation", "particle", "preposition", "object", "passive"]
MIN_IMAGES = 2  # words that occur together in one image alone are often a parsing error


def check_splits(triples: pd.DataFrame, path: str) -> None:
    """InputError for an image in two splits."""
    splits = triples.groupby("image_id")["split"].nunique()
    if len(wrong := splits.index[splits > 1]):
        raise InputError(f"{path}: image_id {wrong[0]} is in two splits; give it one split in captions.sources")


def image_triples(triples: pd.DataFrame) -> pd.DataFrame:
    """The items: of each image's triples with the same words, the one with the lowest triple_id, sorted.

    Adds `phrase`, the relation with its particle and preposition. `passive` is kept only with a preposition ("vase
    filled with flowers"): a passive with an agent says the same as its active.
    """
    items = triples.copy()
    items["passive"] = items["passive"].fillna(False).astype(bool) & items["preposition"].notna()
    items[["particle", "preposition"]] = items[["particle", "preposition"]].fillna("")
    items["phrase"] = items["relation"] + "|" + items["particle"] + "|" + items["preposition"]
    items.loc[items["passive"], "phrase"] += "|passive"
    items = items.sort_values("triple_id", kind="stable").drop_duplicates(["image_id", *DISTINCT])
    order = ["split", "subject", "object", "phrase", "image_id"]
    return items.sort_values(order, kind="stable").reset_index(drop=True)


def doubled_preposition(items: pd.DataFrame) -> pd.Series:
    """Whether a particle repeats the preposition, as in "sitting on in front of", (N,)."""
    place = ("in", "on")
    return items["particle"].isin(place) & items["preposition"].str.startswith(place)


def plausible(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether MIN_IMAGES images have the subject with the verb, and as many the verb phrase with the object, (N,).

    Verb phrase and object count apart for animate and inanimate subjects: pizzas sit on pans, people do not.
    """
    items = items.assign(animate=items["subject"].isin(animate))
    groups = ["subject", "relation"], ["animate", "phrase", "object"]
    return np.all([_image_counts(items, group, items) >= MIN_IMAGES for group in groups], axis=0)


def swappable(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether the object could do what the subject does, so that the swapped text is false but not absurd, (N,).

    That is so where both are animate, or where MIN_IMAGES images have the object as subject of the verb phrase: a
    racket never holds a woman.
    """
    swapped = items.rename(columns={"subject": "object", "object": "subject"})
    both_animate = items["subject"].isin(animate) & items["object"].isin(animate)
    known_subject = _image_counts(items, ["subject", "phrase"], swapped) >= MIN_IMAGES
    return (both_animate | known_subject) & (items["subject"] != items["object"])


def _image_counts(items: pd.DataFrame, columns: list[str], asked: pd.DataFrame) -> np.ndarray:
    """How many images have an item with the words that each row of `asked` has in `columns`, (N,)."""
    counts = items.drop_duplicates([*columns, "image_id"]).groupby(columns)["image_id"].size()
    return counts.reindex(pd.MultiIndex.from_frame(asked[columns]), fill_value=0).to_numpy()


def unseen(items: pd.DataFrame) -> pd.DataFrame:
    """Whether the relation, and whether the whole triple, occurs in no training triple."""
    train = items[items["split"] == "train"]
    whole = items["subject"] + "|" + items["phrase"] + "|" + items["object"]
    return pd.DataFrame(
        {
            "unseen_relation": ~items["relation"].isin(train["relation"].unique()),
            "unseen_triple": ~whole.isin(whole[train.index].unique()),
        }
    )
