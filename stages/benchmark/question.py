"""What defines a benchmark: a reader of its published files, which makes a table of questions, and its scores.

A question has a category, pictures and texts, the true ones first, and `macro`: whether its category counts in the
benchmark's published mean over categories. A picture is (path, box): the path below the folder of images, as the files
say, and the box (left, upper, right, lower) in pixels, or () for the whole image.
"""

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import first_wins
from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import file_text
from stages.common.language.cleaning import LONE_SURROGATE

COLUMNS = ["category", "pictures", "texts", "macro"]
AGAIN = "download the published file again"


class Benchmark(NamedTuple):
    """A published benchmark: `BENCHMARK` in a module of stages/benchmark/published."""

    read: Callable[[Path], pd.DataFrame]  # of its folder; questions with COLUMNS
    scores: Callable[[np.ndarray], dict[str, np.ndarray]]  # of cosines (N, images, texts); by name, points (N,)


def image_to_text(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the image prefers the first text to all others, from cosines (N, 1, T)."""
    return {"i2t": first_wins(cosines[:, 0])}


def text_to_image(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the text prefers the first image to all others, from cosines (N, I, 1)."""
    return {"t2i": first_wins(cosines[:, :, 0])}


def questions(path: Path, items: dict | list, question: Callable[[Any], list]) -> pd.DataFrame:
    """`question` of each item, a row of COLUMNS, or [] to leave it out; InputError names file, item and field."""
    rows = []
    for key, item in items.items() if isinstance(items, dict) else enumerate(items):
        try:
            rows.append(checked(question(item)))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise InputError(f"{path}, item {key}: {error!r}; {AGAIN}") from None
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def checked(row: list) -> list:
    """A question as it is; TypeError where its category, a path or a text is not text, or a side of a box no number."""
    if row:
        category, pictures, texts, _ = row
        for text in (category, *(path for path, _ in pictures), *texts):
            if not isinstance(text, str) or LONE_SURROGATE.search(text):
                raise TypeError(f"{text!r} is not text")
        for side in (side for _, box in pictures for side in box):
            if isinstance(side, bool) or not isinstance(side, int | float) or not math.isfinite(side):
                raise TypeError(f"{side!r} is not a side of a box")
    return row


def json_files(
    folder: Path, question: Callable[[Any, str], list], kind: type = list, pattern: str = "*.json"
) -> pd.DataFrame:
    """`question(item, category)` of each item in the json files of `folder`, each a `kind`: a/b.json is category a_b."""
    paths, tables = sorted(folder.glob(pattern)), []
    if not paths:
        raise InputError(f"{folder} holds no json file; give the benchmark's published folder")
    for path in paths:
        items = parse(path, read_text(path))
        if not isinstance(items, kind):
            found, expected = ("list", "mapping") if kind is dict else ("mapping", "list")
            raise InputError(f"{path} is a {found}, not a {expected}, as of another benchmark; give this one's folder")
        category = "_".join(path.relative_to(folder).with_suffix("").parts)
        tables.append(questions(path, items, partial(question, category=category)))
    return pd.concat(tables, ignore_index=True)


def caption_files(
    folder: Path, image: str, true: str, false: str, valid: Callable[[dict], bool] = lambda item: True
) -> pd.DataFrame:
    """Questions from json files whose `valid` items name an image, a true and a false caption in these fields."""

    def question(item: dict, category: str) -> list:
        return [category, [(item[image], ())], [item[true], item[false]], False] if valid(item) else []

    return json_files(folder, question, dict)


def boxed(item: dict) -> tuple[str, tuple[int, int, int, int]]:
    """The picture of an item of ARO: a box of an image of Visual Genome."""
    left, upper = item["bbox_x"], item["bbox_y"]
    return item["image_path"], (left, upper, left + item["bbox_w"], upper + item["bbox_h"])


def parse(path: Path, content: str) -> dict | list:
    """The JSON `content` of a file; InputError where it is neither a list nor a mapping."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON ({error}); {AGAIN}") from None
    if not isinstance(found, dict | list):
        raise InputError(f"{path} holds neither a list nor a mapping; {AGAIN}")
    return found


def read_text(path: Path) -> str:
    """The text of a file of the benchmark; InputError where it is missing or not text."""
    try:
        return file_text(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; give the benchmark's published folder") from None
    except (OSError, ValueError) as error:  # a folder, no permission, not UTF-8
        raise InputError(f"{path} cannot be read as text ({one_line(error)}); {AGAIN}") from None
