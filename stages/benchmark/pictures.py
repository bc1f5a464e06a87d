"""The pictures of a benchmark: where they lie, and their embeddings."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from stages.common.clip.clip import encode_images
from stages.common.files.errors import InputError
from stages.common.files.pictures import MAX_PIXELS, read_picture
from stages.evaluate.exact import BATCH, embed

CHUNK = 8 * BATCH  # pictures in memory at once
Picture = tuple[str, tuple]  # path below the folder of images, box


def locate(questions: pd.DataFrame, folder: Path, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The questions all of whose images lie in `folder` at the paths that the benchmark's files say and can be read,
    and the paths of the others, of which those damaged are named on stderr.

    InputError where a path leads out of the folder, or no question has its images.
    """
    wanted = sorted({path for row in questions["pictures"] for path, _ in row})
    for path in wanted:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise InputError(f"{name} names the picture {path!r}, which is no path below {folder}; fix its files")
    missing = [path for path in wanted if not os.path.isfile(folder / path)]
    absent = set(missing)
    damaged = unreadable([picture for picture in unique_pictures(questions) if picture[0] not in absent], folder)
    answerable = [
        not any(path in absent or (path, box) in damaged for path, box in row) for row in questions["pictures"]
    ]
    kept = questions[answerable].reset_index(drop=True)
    if kept.empty and damaged:
        raise InputError(f"no image of {name} can be read: {next(iter(damaged.values()))}")
    if kept.empty:
        raise InputError(f"{folder} holds no image of {name}{_elsewhere(folder, missing, name)}")
    for reason in damaged.values():
        print(f"counted as missing: {reason}", file=sys.stderr)
    return kept, sorted({*missing, *(path for path, _ in damaged)})


def unreadable(pictures: list[Picture], folder: Path) -> dict[Picture, str]:
    """Why, for those of the sorted `pictures` that are damaged, no pictures, or not under their box."""
    found = {}
    for path, cuts in groupby(tqdm(pictures, desc="checking images", leave=False), lambda picture: picture[0]):
        boxes = [box for _, box in cuts]
        try:
            picture, _ = read_picture(folder / path)
        except InputError as error:
            found |= {(path, box): str(error) for box in boxes}
            continue
        for box in boxes:
            if box and not holds(picture, box):
                size = f"{picture.width}x{picture.height}"
                found[path, box] = f"{folder / path} has {size} pixels and nothing in the box {box}; fix the box"
    return found


def holds(picture: Image.Image, box: tuple) -> bool:
    """Whether a box (left, upper, right, lower) shows a part of the picture, and is not absurdly larger."""
    left, upper, right, lower = box
    shown = min(right, picture.width) > max(left, 0) and min(lower, picture.height) > max(upper, 0)
    return shown and (right - left) * (lower - upper) <= MAX_PIXELS


def _elsewhere(folder: Path, missing: list[str], name: str) -> str:
    """A missing picture and where it lies instead, in words: in no folder, one, or several that may be meant."""
    if not missing:
        return "; its files ask no question"
    found: dict[str, list[str]] = {Path(path).name: [] for path in missing}
    for path in sorted(folder.rglob("*.*")):
        found.get(path.name, []).append(str(path.parent))
    file, places = max(found.items(), key=lambda one: len(one[1]))  # the first of those in most folders
    lies = f" (it lies in {' and in '.join(places)})" if places else ""
    what = "the one that is meant" if len(places) > 1 else "it"
    return f", such as {file}{lies}; set benchmarks.{name}.images to the folder that holds {what}"


def unique_pictures(questions: pd.DataFrame) -> list[Picture]:
    """Every picture of the questions once, sorted, so that each is encoded once."""
    return sorted({picture for row in questions["pictures"] for picture in row})


def picture_bytes(path: Path, box: tuple) -> bytes:
    """The file as it is where plain decoding serves, otherwise the picture, or its `box`, as PNG without loss."""
    picture, content = read_picture(path)
    if content is not None and not box:
        return content
    cut = io.BytesIO()
    (picture.crop(box) if box else picture).save(cut, "png")
    return cut.getvalue()


def encode_pictures(model, transform: Callable, pictures: list[Picture], folder: Path) -> np.ndarray:
    """Exact embeddings (N, D) of the pictures, read in chunks; equal contents have one, under whatever paths."""
    encode, row, order = partial(encode_images, model, transform), {}, []  # row: digest -> place in `parts`

    def parts() -> Iterator[np.ndarray]:
        for start in range(0, len(pictures), CHUNK):
            contents = [picture_bytes(folder / path, box) for path, box in pictures[start : start + CHUNK]]
            digests = [sha256(content).digest() for content in contents]
            new = {digest: content for digest, content in zip(digests, contents) if digest not in row}
            row.update(zip(new, range(len(row), len(row) + len(new))))
            order.extend(row[digest] for digest in digests)
            if new:
                yield embed(encode, list(new.values()))

    return np.concatenate(list(parts()))[order]  # (N, D)
