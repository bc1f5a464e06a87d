"""The pictures of a benchmark: read, cut to their boxes, and written into one table."""

import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from stages.benchmark.schemas import PICTURES
from stages.common.files.errors import InputError
from stages.common.files.pictures import MAX_PIXELS, as_png, picture_bytes, read_picture
from stages.common.files.tables import part_name, write_table

PART = 1000  # pictures
Picture = tuple[str, tuple]  # path below the folder of images, box


def write_pictures(
    questions: pd.DataFrame, images: Path, out: Path, name: str
) -> tuple[dict[Picture, int], dict[str, str]]:
    """Write the pictures of the questions, equal ones once, into the table `out`, in parts.

    Returns picture_id by picture, and by path why a picture is missing: "" where there is no such file. InputError for
    a path that leads out of the folder `images`, and where no picture can be read.
    """
    pictures = sorted({picture for row in questions["pictures"] for picture in row})
    for path in {path for path, _ in pictures}:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise InputError(f"{name} names the picture {path!r}, which leads out of {images}; fix its files")
    ids: dict[Picture, int] = {}
    missing: dict[str, str] = {}
    known: dict[bytes, int] = {}  # picture_id by digest
    waiting: list[tuple[int, bytes]] = []
    parts = 0
    for picture in tqdm(pictures, desc="images", leave=False):
        try:
            content = boxed_bytes(images / picture[0], picture[1]) if (images / picture[0]).is_file() else b""
        except InputError as error:
            missing[picture[0]] = str(error)
            continue
        if not content:
            missing[picture[0]] = ""
            continue
        digest = sha256(content).digest()
        if digest not in known:
            known[digest] = len(known)
            waiting.append((known[digest], content))
        ids[picture] = known[digest]
        if len(waiting) == PART:
            write_table(out / part_name(parts), as_table(waiting), PICTURES)
            waiting, parts = [], parts + 1
    if not ids:
        damaged = next(filter(None, missing.values()), "")
        raise InputError(f"no image of {name} can be read: {damaged}" if damaged else elsewhere(images, missing, name))
    write_table(out / part_name(parts), as_table(waiting), PICTURES)
    return ids, missing


def as_table(pictures: list[tuple[int, bytes]]) -> pa.Table:
    return pa.table([list(column) for column in zip(*pictures)] or [[], []], schema=pa.schema(list(PICTURES)))


def boxed_bytes(path: Path, box: tuple) -> bytes:
    """A picture as encoded bytes, or its `box` (left, upper, right, lower) as PNG; InputError for an empty box."""
    if not box:
        return picture_bytes(path)
    picture, (left, upper, right, lower) = read_picture(path)[0], box
    inside = min(right, picture.width) > max(left, 0) and min(lower, picture.height) > max(upper, 0)
    if not inside or (right - left) * (lower - upper) > MAX_PIXELS:
        size = f"{picture.width}x{picture.height}"
        raise InputError(f"{path} has {size} pixels and nothing in the box {box}; fix the box")
    return as_png(picture.crop(box))


def answerable(questions: pd.DataFrame, ids: dict[Picture, int]) -> pd.DataFrame:
    """The questions all of whose pictures have an id, with these ids as `pictures`."""
    kept = questions[[all(picture in ids for picture in row) for row in questions["pictures"]]]
    return kept.assign(pictures=[[ids[picture] for picture in row] for row in kept["pictures"]])


def report_damaged(missing: dict[str, str]) -> None:
    """Name damaged pictures on stderr."""
    for reason in filter(None, missing.values()):
        print(f"counted as missing: {reason}", file=sys.stderr)


def elsewhere(folder: Path, missing: dict[str, str], name: str) -> str:
    """Why no image of a benchmark is found, with the folders in which one of them lies."""
    if not missing:
        return f"{folder} holds no image of {name}; its files ask no question"
    found: dict[str, list[str]] = {Path(path).name: [] for path in missing}
    for path in sorted(folder.rglob("*.*")):
        found.get(path.name, []).append(str(path.parent))
    file, places = max(found.items(), key=lambda one: len(one[1]))
    lies = f" (it lies in {' and in '.join(places)})" if places else ""
    return (
        f"{folder} holds no image of {name}, such as {file}{lies}; "
        f"set benchmarks.{name}.images to the folder in which the published paths begin"
    )
