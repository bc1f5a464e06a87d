"""The triples that tuples are made of: one for each image and distinct triple, in a fixed order."""

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError

KEY = ["subject", "relation", "particle", "preposition", "object", "passive"]
KNOWN = 2  # images that show what is known to occur; words of one image alone are often parsing errors


def check_triples(triples: pd.DataFrame, path: str) -> None:
    """InputError for an image in two splits."""
    splits = triples.groupby("image_id")["split"].nunique()
    if len(wrong := splits.index[splits > 1]):
        raise InputError(
            f"{path}: image_id {wrong[0]} is in two splits; give every image one split in captions.sources"
        )


def image_triples(triples: pd.DataFrame) -> pd.DataFrame:
    """One row for each image and distinct triple of rank 0, the lowest triple_id standing for all.

    Adds `phrase`, the relation with its particle and preposition, and sorts, so that the result does
    not depend on the order of the rows. `passive` is kept only where the subject undergoes the verb
    ("vase filled with flowers"): a passive with an agent says the same as its active.
    """
    items = triples[triples["rank"] == 0].copy()
    items["passive"] = items["passive"].fillna(False).astype(bool) & items["preposition"].notna()
    items[["particle", "preposition"]] = items[["particle", "preposition"]].fillna("")
    items["phrase"] = items["relation"] + "|" + items["particle"] + "|" + items["preposition"]
    items.loc[items["passive"], "phrase"] += "|passive"
    items = items.sort_values("triple_id", kind="stable").drop_duplicates(["image_id", *KEY])
    order = ["split", "subject", "object", "phrase", "image_id"]
    return items.sort_values(order, kind="stable").reset_index(drop=True)


def images_with(items: pd.DataFrame, columns: list[str], sought: pd.DataFrame) -> np.ndarray:
    """How many images have a triple with the words of each row of `sought` in `columns`: (N,)."""
    counts = items.drop_duplicates([*columns, "image_id"]).groupby(columns)["image_id"].size()
    return counts.reindex(pd.MultiIndex.from_frame(sought[columns]), fill_value=0).to_numpy()


def doubled_preposition(items: pd.DataFrame) -> pd.Series:
    """Whether a particle doubles the preposition, as a slip of the pen does: "sitting on in front of"."""
    place = ("in", "on")
    return items["particle"].isin(place) & items["preposition"].str.startswith(place)


def known(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether KNOWN images show the subject with the verb, and as many the verb with the object: (N,).

    The latter with its particle and preposition, and of a subject that is animate where this one is, lifeless
    where this one is: pizzas sit on pans, people do not.
    """
    items = items.assign(alive=items["subject"].isin(animate))
    groups = ["subject", "relation"], ["alive", "phrase", "object"]
    return np.all([images_with(items, group, items) >= KNOWN for group in groups], axis=0)


def swappable(items: pd.DataFrame, animate: set[str]) -> np.ndarray:
    """Whether the object could do what the subject does, so that the swapped text is false, not absurd: (N,).

    Where both are animate, or where KNOWN images show the object in the subject's role: a bed may be
    sitting on a dog, but no racket holds a woman.
    """
    turned = items.rename(columns={"subject": "object", "object": "subject"})
    alive = items["subject"].isin(animate) & items["object"].isin(animate)
    different = items["subject"] != items["object"]
    return (alive | (images_with(items, ["subject", "phrase"], turned) >= KNOWN)) & different


def unseen(items: pd.DataFrame) -> pd.DataFrame:
    """Whether the relation, and whether the whole triple, never occurs in a train triple."""
    train = items[items["split"] == "train"]
    whole = items["subject"] + "|" + items["phrase"] + "|" + items["object"]
    return pd.DataFrame(
        {
            "unseen_relation": ~items["relation"].isin(train["relation"].unique()),
            "unseen_triple": ~whole.isin(whole[train.index].unique()),
        }
    )
