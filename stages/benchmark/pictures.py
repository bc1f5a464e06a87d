"""The pictures of a benchmark: read, cut to their boxes, and written into one table."""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from stages.benchmark.question import Picture, Question
from stages.benchmark.schemas import PICTURES
from stages.common.files.errors import InputError
from stages.common.files.pictures import MAX_PIXELS, as_png, picture_bytes, read_picture
from stages.common.files.storage import inside
from stages.common.files.tables import write_parts

PART = 1000  # pictures


def write_pictures(
    questions: list[Question], images: Path, out: Path, name: str
) -> tuple[dict[Picture, int], dict[str, str]]:
    """Write the pictures of the questions, equal ones once, into the table `out`, in parts.

    Returns picture_id by picture, and by path why a picture is missing: "" where there is no such file. InputError for
    a path that leads out of the folder `images`, and where no picture can be read.
    """
    ids: dict[Picture, int] = {}
    missing: dict[str, str] = {}
    pictures = sorted({picture for question in questions for picture in question.pictures})

    def distinct() -> Iterator[dict]:
        known: dict[bytes, int] = {}  # picture_id by digest
        for path, box in tqdm(pictures, desc="images", leave=False):
            file, content = inside(images, path), None
            try:
                content = boxed_bytes(file, box) if os.path.isfile(file) else None
            except InputError as error:
                missing[path] = str(error)
            if content is None:
                missing.setdefault(path, "")
                continue
            digest = sha256(content).digest()
            if digest not in known:
                known[digest] = len(known)
                yield {"picture_id": known[digest], "content": content}
            ids[path, box] = known[digest]
        if not ids:
            damaged = next(filter(None, missing.values()), "")
            why = f"can be read: {damaged}" if damaged else f"is in {images}{elsewhere(images, missing, name)}"
            raise InputError(f"no image of {name} {why}")

    rows = distinct()
    parts = iter(lambda: list(islice(rows, PART)), [])
    write_parts(out, (pa.Table.from_pylist(part, pa.schema(list(PICTURES))) for part in parts), PICTURES)
    return ids, missing


def boxed_bytes(path: Path, box: tuple) -> bytes:
    """A picture as encoded bytes, or its `box` (left, upper, right, lower) as PNG; InputError for an empty box."""
    if not box:
        return picture_bytes(path)
    picture, (left, upper, right, lower) = read_picture(path)[0], box
    overlap = min(right, picture.width) > max(left, 0) and min(lower, picture.height) > max(upper, 0)
    if not overlap or (right - left) * (lower - upper) > MAX_PIXELS:
        size = f"{picture.width}x{picture.height}"
        raise InputError(f"{path} has {size} pixels and nothing in the box {box}; fix the box")
    return as_png(picture.crop(box))


def elsewhere(folder: Path, missing: Iterable[str], name: str) -> str:
    """What to do where no picture is found: an example, and folders below `folder` that hold one."""
    files = {Path(path).name for path in missing}
    places = sorted({str(path.parent) for path in folder.rglob("*.*") if path.name in files})
    held = f" (there is one in {' and in '.join(places[:3])})" if places else ""
    return f", such as {min(files)}{held}; set benchmarks.{name}.images to where the published paths begin"
