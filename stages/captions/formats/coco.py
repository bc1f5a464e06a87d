"""COCO's captions files, refusing what is broken by name."""

from pathlib import Path
from types import UnionType

from stages.captions.photo import Photo, json_of, number
from stages.common.files.errors import InputError


def read_annotations(path: Path) -> tuple[list[dict], list[dict]]:
    """The images (id, file_name) and annotations (id, image_id, caption) of a COCO captions file.

    InputError names the file, the entry, the field and the remedy: malformed JSON, a missing or
    wrongly typed field, an id used twice, an annotation without its image, an empty caption.
    """
    content = json_of(path)
    images = _entries(path, content, "images", {"id": int | str, "file_name": str})
    annotations = _entries(path, content, "annotations", {"id": int | str, "image_id": int | str, "caption": str})
    known = {image["id"] for image in images}
    for row, annotation in enumerate(annotations):
        where = f"{path}: annotations[{row}] (id {annotation['id']})"
        if annotation["image_id"] not in known:
            raise InputError(
                f"{where}: image_id {annotation['image_id']} is not among images; add the image or drop the annotation"
            )
        if not annotation["caption"].strip():
            raise InputError(f"{where}: caption is empty; write one or drop the annotation")
    return images, annotations


def _entries(path: Path, content: object, key: str, fields: dict[str, type | UnionType]) -> list[dict]:
    """The list `content[key]` with its fields checked and its ids unique."""
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        raise InputError(f"{path}: no list {key!r}; the file must be in COCO's captions format")
    seen: set[int | str] = set()
    for row, entry in enumerate(content[key]):
        for field, kind in fields.items():
            value = entry.get(field) if isinstance(entry, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool):  # to Python true is a number too
                raise InputError(f"{path}: {key}[{row}]: {field!r} is missing or not {_named(kind)}; fix it")
        if entry["id"] in seen:
            raise InputError(f"{path}: {key}[{row}]: id {entry['id']} occurs twice; make ids unique")
        seen.add(entry["id"])
    return content[key]


def _named(kind: type | UnionType) -> str:
    return "a number or a text" if kind == int | str else kind.__name__


def read(path: Path) -> list[Photo]:
    """The images of a file, with or without captions."""
    images, annotations = read_annotations(path)
    photos = {image["id"]: Photo(number(image["id"]), image["file_name"], []) for image in images}
    for annotation in annotations:
        photos[annotation["image_id"]].captions.append((number(annotation["id"]), annotation["caption"]))
    return list(photos.values())
