"""The pictures of a benchmark: where they lie, and their embeddings."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.clip import decode, encode_images
from stages.common.errors import InputError
from stages.evaluate.exact import BATCH, embed

CHUNK = 8 * BATCH  # pictures in memory at once
Picture = tuple[str, tuple]  # path below the folder of images, box


def locate(questions: pd.DataFrame, folder: Path, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The questions all of whose images lie in `folder` at the paths that the benchmark's files say, and the paths
    of those missing.

    InputError where a path leads out of the folder, or no question has its images.
    """
    wanted = sorted({path for row in questions["pictures"] for path, _ in row})
    for path in wanted:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise InputError(f"{name} names the picture {path!r}, which is no path below {folder}; mend its files")
    missing = [path for path in wanted if not (folder / path).is_file()]
    lacking = set(missing)
    answerable = [not any(path in lacking for path, _ in row) for row in questions["pictures"]]
    kept = questions[answerable].reset_index(drop=True)
    if kept.empty:
        raise InputError(f"{folder} holds no image of {name}{_elsewhere(folder, missing, name)}")
    return kept, missing


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
    """The file as it is, or cut to `box` (left, upper, right, lower) without loss."""
    if not box:
        return path.read_bytes()
    cut = io.BytesIO()
    decode(path.read_bytes()).crop(box).save(cut, "png")
    return cut.getvalue()


def encode_pictures(model, transform: Callable, pictures: list[Picture], folder: Path) -> np.ndarray:
    """Exact embeddings (N, D) of the pictures, read in chunks."""

    def parts() -> Iterator[np.ndarray]:
        for start in range(0, len(pictures), CHUNK):
            chunk = pictures[start : start + CHUNK]
            contents = [picture_bytes(folder / path, box) for path, box in chunk]
            yield embed(partial(encode_images, model, transform), contents)

    return np.concatenate(list(parts()))  # (N, D)
