"""How often, in percent, the noun nearest to an image is one that it shows, of all nouns in triples of the test split
(or COCO's categories).
"""

from pathlib import Path

import pandas as pd
from typing_extensions import TypedDict

from stages.common.files.errors import InputError
from stages.common.files.storage import read_json
from stages.common.language.statements import stated
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import COLUMNS, Evaluated, Measure
from stages.evaluate.measures.retrieval import best_match_ranks

REMEDY = "set evaluate.instances to COCO's instances file, or to data/none.json"
Category = TypedDict("Category", {"id": int, "name": str})
Box = TypedDict("Box", {"image_id": int, "category_id": int})
Instances = TypedDict("Instances", {"categories": list[Category], "annotations": list[Box]}, total=False)


def box_categories(path: Path, image_ids: set[int]) -> tuple[list[str], pd.DataFrame]:
    """All categories in COCO's instances_*.json, and those with a box on one of `image_ids`: image_id and text.

    Both are empty for an empty file. InputError where it is missing, of another format, or has no such box.
    """
    content = read_json(path, Instances, REMEDY) or {"categories": [], "annotations": []}
    try:
        names = {category["id"]: category["name"] for category in content["categories"]}
        pairs = [(box["image_id"], names[box["category_id"]]) for box in content["annotations"]]
    except KeyError as error:
        raise InputError(f"{path} is not in COCO's instances format: {error} is missing; {REMEDY}") from None
    table = pd.DataFrame([pair for pair in pairs if pair[0] in image_ids], columns=["image_id", "text"])
    if names and table.empty:
        raise InputError(f"{path} has no box on an image of the test split; {REMEDY}")
    return list(names.values()), table


def namings(inputs: Inputs) -> dict[str, tuple[list[str], pd.DataFrame]]:
    """All nouns in triples, or COCO's categories, and those that are true of each test image: image_id and text."""
    nouns = inputs.triples["test"].drop(columns="text").melt("image_id", ["subject", "object"], value_name="text")
    categories = box_categories(inputs.instances, set(inputs.captions["image_id"]))
    found = {"nouns": (sorted(nouns["text"].unique()), nouns), "categories": categories}
    return {kind: one for kind, one in found.items() if len(one[1])}


def naming_accuracy(names: list[str], table: pd.DataFrame, model: Evaluated) -> tuple[float, int]:
    """The share of images whose nearest name is true of them, and the number of images; a tie is wrong.

    `table` has a row for each image_id and name (`text`) that is true of it.
    """
    ids = pd.Index(table["image_id"].unique())
    true = stated(pd.Series(names), table, ids)  # (I, C)
    prompts = model.embed(f"a photo of a {name}" for name in names)  # (C, D), CLIP's for zero-shot classification
    ranks = best_match_ranks(model.images.of(ids), prompts, true.__getitem__)  # (I,)
    return (ranks == 1).mean(), len(ids)


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """A row for nouns, and one for categories."""
    found = [(kind, "i2t", "all", *naming_accuracy(*one, model)) for kind, one in namings(inputs).items()]
    return pd.DataFrame(found, columns=COLUMNS)


MEASURE = Measure(rows, "Zero-shot naming", __doc__, order=40)
