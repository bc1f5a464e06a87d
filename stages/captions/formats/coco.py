"""COCO's captions files: images (id, file_name) and annotations (id, image_id, caption)."""

from pathlib import Path

import pandas as pd
from typing_extensions import TypedDict

from stages.captions.rows import REMEDY, Id, caption_rows
from stages.common.files.errors import InputError
from stages.common.files.storage import read_json

Image = TypedDict("Image", {"id": Id, "file_name": str})
Annotation = TypedDict("Annotation", {"id": Id, "image_id": Id, "caption": str})
Dataset = TypedDict("Dataset", {"images": list[Image], "annotations": list[Annotation]})


def read(path: Path) -> pd.DataFrame:
    """The captions of a file. InputError names a wrong entry: a missing field, a repeated id, an unknown image."""
    content, names, rows = read_json(path, Dataset, REMEDY), {}, []
    for image in content["images"]:
        if image["id"] in names:
            raise InputError(f"{path}: image id {image['id']!r} occurs twice; make ids unique")
        names[image["id"]] = image["file_name"]
    for entry in content["annotations"]:
        if (image_id := entry["image_id"]) not in names:
            wrong = f"annotation id {entry['id']!r}: image_id {image_id!r} is not among images"
            raise InputError(f"{path}: {wrong}; add the image or drop the annotation")
        rows.append((names[image_id], entry["caption"], image_id, entry["id"], None))
    return caption_rows(rows)
