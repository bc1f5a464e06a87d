"""The triples that tuples are made of: one for each image and distinct triple, in a fixed order."""

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError

DISTINCT = ["subject", "relation", "particle", "preposition", "object", "passive"]
MIN_IMAGES = 2  # a combination of words in one image alone is often a parsing error


def check_splits(triples: pd.DataFrame, path: str) -> None:
    """InputError for an image in two splits."""
    splits = triples.groupby("image_id")["split"].nunique()
    if len(wrong := splits.index[splits > 1]):
        raise InputError(f"{path}: image_id {wrong[0]} is in two splits; give it one split in captions.sources")


def image_triples(triples: pd.DataFrame) -> pd.DataFrame:
    """One row for each image and distinct triple, that with the lowest triple_id, sorted.

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


def image_counts(items: pd.DataFrame, columns: list[str], asked: pd.DataFrame) -> np.ndarray:
    """How many images have a triple with the words of each row of `asked` in `columns`, (N,)."""
    counts = items.drop_duplicates([*columns, "image_id"]).groupby(columns)["image_id"].size()
    return counts.reindex(pd.MultiIndex.from_frame(asked[columns]), fill_value=0).to_numpy()


def doubled_preposition(items: pd.DataFrame) -> pd.Series:
    """Whether a particle repeats the preposition, as in "sitting on in front of", (N,)."""
    place = ("in", "on")
    return items["particle"].isin(place) & items["preposition"].str.startswith(place)


def plausible(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether MIN_IMAGES show the subject with the verb, and as many the verb phrase with the object, (N,).

    The latter with a subject that is animate as this one is, or inanimate: pizzas sit on pans, people do not.
    """
    items = items.assign(animate=items["subject"].isin(animate))
    groups = ["subject", "relation"], ["animate", "phrase", "object"]
    return np.all([image_counts(items, group, items) >= MIN_IMAGES for group in groups], axis=0)


def swappable(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether the object could do what the subject does, so that the swapped text is false, not absurd, (N,).

    Where both are animate, or MIN_IMAGES show the object in the subject's role: no racket holds a woman.
    """
    swapped = items.rename(columns={"subject": "object", "object": "subject"})
    both_animate = items["subject"].isin(animate) & items["object"].isin(animate)
    shown = image_counts(items, ["subject", "phrase"], swapped) >= MIN_IMAGES
    return (both_animate | shown) & (items["subject"] != items["object"])


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
