"""COCO's captions files: images (id, file_name) and annotations (id, image_id, caption)."""

from pathlib import Path

import pandas as pd

from stages.captions.rows import caption_rows, json_of
from stages.common.files.errors import InputError

ID = int | str
IMAGE, ANNOTATION = {"id": ID, "file_name": str}, {"id": ID, "image_id": ID, "caption": str}


def read(path: Path) -> pd.DataFrame:
    """The captions of a file. InputError names a wrong entry: a missing field, a repeated id, an unknown image."""
    content = json_of(path)
    images = {image["id"]: image["file_name"] for image in _entries(path, content, "images", IMAGE)}
    rows = []
    for number, entry in enumerate(_entries(path, content, "annotations", ANNOTATION)):
        if entry["image_id"] not in images:
            raise InputError(
                f"{path}: annotations[{number}] (id {entry['id']}): image_id {entry['image_id']} is not among images; "
                "add the image or drop the annotation"
            )
        rows.append((images[entry["image_id"]], entry["caption"], entry["image_id"], entry["id"], None))
    return caption_rows(rows)


def _entries(path: Path, content: object, key: str, fields: dict) -> list[dict]:
    """The list `content[key]`, with its fields checked and its ids unique."""
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        raise InputError(f"{path}: no list {key!r}; the file must be in COCO's captions format")
    seen: set[int | str] = set()
    for row, entry in enumerate(content[key]):
        for field, kind in fields.items():
            value = entry.get(field) if isinstance(entry, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool):  # a bool is an int in Python
                what = "a text" if kind is str else "a number or a text"
                raise InputError(f"{path}: {key}[{row}]: {field!r} is missing or not {what}; fix it")
        if entry["id"] in seen:
            raise InputError(f"{path}: {key}[{row}]: id {entry['id']} occurs twice; make ids unique")
        seen.add(entry["id"])
    return content[key]
