"""What an image shows: the nouns of its triples, or the categories of COCO's boxes.

Both are (names, shown): all names that a classifier may choose from, and image id -> those it shows.
"""

import json
from pathlib import Path

import pandas as pd

from stages.common.files.errors import InputError
from stages.common.files.storage import file_text

Naming = tuple[list[str], dict[int, set[str]]]


def noun_prompts(names: list[str]) -> list[str]:
    """The prompt of CLIP's zero-shot classification for each name."""
    return [f"a photo of a {name}" for name in names]


def nouns_shown(triples: pd.DataFrame) -> Naming:
    """The subjects and objects of the triples, and which image has which.

    >>> triples = pd.DataFrame({"image_id": [7], "subject": ["dog"], "object": ["cat"]})
    >>> nouns_shown(triples) == (["cat", "dog"], {7: {"dog", "cat"}})
    True
    """
    shown: dict[int, set[str]] = {}
    for image, subject, object_ in triples[["image_id", "subject", "object"]].itertuples(index=False):
        shown.setdefault(image, set()).update((subject, object_))
    return sorted(set(triples["subject"]) | set(triples["object"])), shown


def read_categories(path: str | Path, image_ids: pd.Index) -> Naming:
    """The categories of a COCO instances_*.json, and which of `image_ids` has a box of which.

    InputError where the file is missing, is not in that format, or has no box on these images.
    """
    try:
        content = json.loads(file_text(path))
        names = {category["id"]: category["name"] for category in content["categories"]}
        boxes = [(row["image_id"], names[row["category_id"]]) for row in content["annotations"]]
        dict(boxes)  # TypeError for an id that is none
        all_names = sorted("" + name for name in names.values())  # TypeError for one that is no text
    except FileNotFoundError:
        raise InputError(f"{path} is missing; set evaluate.instances to COCO's file, or empty it") from None
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not COCO's instances format ({error!r}); export it again") from None
    shown: dict[int, set[str]] = {}
    wanted = set(image_ids)
    for image, name in boxes:
        if image in wanted:
            shown.setdefault(image, set()).add(name)
    if not shown:
        raise InputError(f"{path} has no box on an image of the test split; set evaluate.instances")
    return all_names, shown
