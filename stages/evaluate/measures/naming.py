"""Zero-shot naming: is the noun nearest to an image one that it shows?

What an image shows are the nouns of its triples, or the categories of its boxes in COCO's instances file.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import first_wins
from stages.common.files.errors import InputError
from stages.common.files.storage import file_text
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import KEYS, Evaluated, Measure

AT_ONCE = 256  # images
Naming = tuple[list[str], dict[int, set[str]]]  # all names, and those that each image shows


def prompts(names: list[str]) -> list[str]:
    """CLIP's prompt for zero-shot classification, for each name."""
    return [f"a photo of a {name}" for name in names]


def nouns_shown(triples: pd.DataFrame) -> Naming:
    """The subjects and objects of triples.

    >>> triples = pd.DataFrame({"image_id": [7], "subject": ["dog"], "object": ["cat"]})
    >>> nouns_shown(triples) == (["cat", "dog"], {7: {"dog", "cat"}})
    True
    """
    shown: dict[int, set[str]] = {}
    for image, subject, object_ in triples[["image_id", "subject", "object"]].itertuples(index=False):
        shown.setdefault(image, set()).update((subject, object_))
    return sorted(set(triples["subject"]) | set(triples["object"])), shown


def categories_shown(path: Path, image_ids: set[int]) -> Naming | None:
    """The categories in COCO's instances_*.json with a box on one of `image_ids`; None for an empty JSON.

    InputError where the file is missing, of another format, or has no box on these images.
    """
    try:
        content = json.loads(file_text(path))
        if content == {}:
            return None
        names = {category["id"]: category["name"] for category in content["categories"]}
        boxes = [(row["image_id"], names[row["category_id"]]) for row in content["annotations"]]
        dict(boxes)  # TypeError for an id that is a list or a mapping
        all_names = sorted("" + name for name in names.values())  # TypeError for a name that is not text
    except FileNotFoundError:
        raise InputError(f"{path} is missing; set evaluate.instances to COCO's file, or to data/none.json") from None
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not COCO's instances format ({error!r}); export it again") from None
    shown: dict[int, set[str]] = {}
    for image, name in boxes:
        if image in image_ids:
            shown.setdefault(image, set()).add(name)
    if not shown:
        raise InputError(f"{path} has no box on an image of the test split; set evaluate.instances")
    return all_names, shown


def namings(inputs: Inputs) -> dict[str, Naming]:
    """What the test images show: nouns, and COCO's categories where they are given."""
    found = {"nouns": nouns_shown(inputs.triples_of("test"))}
    categories = categories_shown(inputs.instances, set(inputs.captions["image_id"]))
    return found | ({"categories": categories} if categories else {})


def naming_accuracy(naming: Naming, model: Evaluated) -> float:
    """The share of images whose nearest name is one that they show; a tie is wrong."""
    names, shown = naming
    images, texts, right = model.images.of(list(shown)), model.texts.of(prompts(names)), list(shown.values())
    hits = 0
    for start in range(0, len(right), AT_ONCE):
        scores = images[start : start + AT_ONCE] @ texts.T  # (B, N)
        true = np.array([[name in nouns for name in names] for nouns in right[start : start + AT_ONCE]])  # (B, N)
        best = [np.where(mask, scores, -np.inf).max(axis=1) for mask in (true, ~true)]  # (B,) each
        hits += int(first_wins(np.stack(best, axis=1)).sum())
    return hits / len(right)


def rows(inputs: Inputs, model: Evaluated) -> pd.DataFrame:
    """A row for nouns, and one for categories."""
    found = [(name, "i2t", "all", naming_accuracy(n, model), len(n[1])) for name, n in namings(inputs).items() if n[1]]
    return pd.DataFrame(found, columns=[*KEYS, "value", "count"])


MEASURE = Measure(
    rows,
    "Zero-shot naming",
    "How often, in percent, the noun nearest to an image is one that it shows, of all nouns in triples of the test split "
    "(or COCO's categories).",
    texts=lambda inputs: prompts([name for names, _ in namings(inputs).values() for name in names]),
    order=40,
)
