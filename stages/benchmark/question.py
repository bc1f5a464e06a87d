"""What a benchmark is: a reader of its published files, which makes a table of questions, and its score.

A question has a category, `pictures` and `texts`, the true ones first, and `macro`: whether its
category counts in the benchmark's published mean over categories. A picture is (path, box): the path below the
folder of images, as the files say, and the box (left, upper, right, lower) in pixels, or empty for the whole image.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError
from stages.common.files.storage import file_text
from stages.common.language.cleaning import HALF

COLUMNS = ["category", "pictures", "texts", "macro"]


@dataclass(frozen=True)
class Benchmark:
    """A published benchmark."""

    read: Callable[[Path], pd.DataFrame]  # its folder -> questions, as above
    outcomes: Callable[[np.ndarray], dict[str, np.ndarray]]  # cosines (N, images, texts) -> score: (N,), a tie is wrong


def image_to_text(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the image prefers the true text (N,), from cosines (N, 1, 2).

    >>> image_to_text(np.array([[[0.9, 0.1]], [[0.5, 0.5]]]))["i2t"].tolist()
    [1.0, 0.0]
    """
    return {"i2t": (scores[:, 0, 0] > scores[:, 0, 1]).astype(float)}


def text_to_image(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the text prefers the true image (N,), from cosines (N, 2, 1).

    >>> text_to_image(np.array([[[0.9], [0.1]], [[0.5], [0.5]]]))["t2i"].tolist()
    [1.0, 0.0]
    """
    return {"t2i": (scores[:, 0, 0] > scores[:, 1, 0]).astype(float)}


def caption_files(
    folder: Path, image: str, true: str, false: str, valid: Callable[[dict], bool] = lambda item: True
) -> pd.DataFrame:
    """One json a category in `folder`, of items with one image, a true and a false caption."""

    def question(item: dict, category: str) -> list:
        return [category, [(item[image], ())], [item[true], item[false]], False] if valid(item) else []

    return json_files(folder, question, dict)


def json_files(
    folder: Path, question: Callable[[Any, str], list], kind: type = list, pattern: str = "*.json"
) -> pd.DataFrame:
    """`question` of every item and its category, from one json a category, a `kind`, in `folder`.

    The category of a/b.json is a_b.
    """
    paths, tables = sorted(folder.glob(pattern)), []
    if not paths:
        raise InputError(f"{folder} holds no json file; give the benchmark's published folder")
    for path in paths:
        items = parsed(path, text(path))
        if not isinstance(items, kind):
            is_, not_ = ("list", "mapping") if kind is dict else ("mapping", "list")
            raise InputError(f"{path} is a {is_} and no {not_}, as of another benchmark; give this one's folder")
        category = "_".join(path.relative_to(folder).with_suffix("").parts)
        tables.append(questions(path, items, partial(question, category=category)))
    return pd.concat(tables, ignore_index=True)


def boxed(item: dict) -> tuple[str, tuple[int, int, int, int]]:
    """The picture of an item of ARO: a box of Visual Genome's image."""
    left, upper = item["bbox_x"], item["bbox_y"]
    return item["image_path"], (left, upper, left + item["bbox_w"], upper + item["bbox_h"])


def questions(path: Path, items: dict | list, question: Callable[[dict], list]) -> pd.DataFrame:
    """`question` of every item, without the empty ones; InputError names file, item, field."""
    rows = []
    for key, item in items.items() if isinstance(items, dict) else enumerate(items):
        try:
            rows.append(checked(question(item)))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            where = f"{path}, item {key}: {error!r}"
            raise InputError(f"{where}; download the published file anew") from None
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def checked(row: list) -> list:
    """A question as it is; TypeError where its category, a picture's path or a text is no whole text, or a box none."""
    if row:
        category, pictures, texts, _ = row
        for said in (category, *(path for path, _ in pictures), *texts):
            if not isinstance(said, str) or HALF.search(said):
                raise TypeError(f"{said!r} is no text")
        for side in (side for _, box in pictures for side in box):
            if isinstance(side, bool) or not isinstance(side, int | float) or not math.isfinite(side):
                raise TypeError(f"{side!r} is no side of a box")
    return row


def parsed(path: Path, content: str) -> dict | list:
    """The JSON `content` of a file; InputError where it is not JSON, or neither a list nor a mapping."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON ({error}); download the published file anew") from None
    if not isinstance(found, dict | list):
        raise InputError(f"{path} holds neither a list nor a mapping; download the published file anew")
    return found


def text(path: Path) -> str:
    """The content of a file of the benchmark; InputError where it is missing or no text."""
    try:
        return file_text(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; give the benchmark's published folder") from None
    except OSError as error:  # a folder, no permission
        raise InputError(f"{path} cannot be read ({error.strerror}); download the published file anew") from None
    except ValueError:
        raise InputError(f"{path} is no text; download the published file anew") from None
