"""What defines a benchmark: a reader of its published files, which makes questions, and its scores."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from stages.common.clip.embedding_table import first_wins
from stages.common.files.errors import InputError
from stages.common.files.storage import read_json, read_text

REMEDY = "give the benchmark's published folder, or download it again"
Pixels = Annotated[float, Field(strict=True, allow_inf_nan=False)]
ARO = dict.fromkeys(("image_path", "true_caption", "false_caption"), str)  # the fields of an item of ARO
ARO |= dict.fromkeys(("bbox_x", "bbox_y", "bbox_w", "bbox_h"), Pixels)
Picture = tuple[str, tuple[float, ...]]  # path below the folder of images; box (left, upper, right, lower), (): all
Split = Callable[[str], Iterable[object]]


class Question(NamedTuple):
    """A question to a model."""

    category: str
    pictures: list[Picture]  # the true one first
    texts: list[str]  # the true ones first
    macro: bool = False  # whether its category counts in the benchmark's published mean over categories


class Benchmark(NamedTuple):
    """A published benchmark: `BENCHMARK` in a module of stages/benchmark/published."""

    read: Callable[[Path], Iterable[Question]]  # of its folder
    scores: Callable[[np.ndarray], dict[str, np.ndarray]]  # of cosines (N, images, texts); by name, points (N,)


def forced_choice(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the image prefers the first text to all others, from cosines (N, 1, T); or a text, from (N, I, 1)."""
    return {"i2t" if cosines.shape[1] == 1 else "t2i": first_wins(cosines.reshape(len(cosines), -1))}


def reader(
    kind: Any, question: Callable[[str, Any], Question | None], pattern: str = "*.json", split: Split | None = None
) -> Callable[[Path], Iterator[Question]]:
    """A reader of the files in a folder: `question` of the category and each item, where it is not None.

    `kind` is the type of a JSON file, a list of items or a mapping to them; `split` takes the text of a file that is
    not JSON into such a list. a/b.json is category a_b. InputError names file, item and field.
    """

    def read(folder: Path) -> Iterator[Question]:
        if not (paths := sorted(folder.glob(pattern))):
            raise InputError(f"{folder} holds no {pattern}; {REMEDY}")
        for path in paths:
            items = read_json(path, kind, REMEDY) if split is None else read_items(path, kind, split)
            category = "_".join(path.relative_to(folder).with_suffix("").parts)
            values = items.values() if isinstance(items, dict) else items
            yield from filter(None, (question(category, item) for item in values))

    return read


def read_items(path: Path, kind: Any, split: Split) -> list[Any]:
    """The items into which `split` takes the text of a file, checked as `kind`."""
    try:
        return TypeAdapter(kind).validate_python(list(split(read_text(path, REMEDY))))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part!r}]" for part in first["loc"])
        raise InputError(f"{path}: {place}: {first['msg']}; {REMEDY}") from None
    except csv.Error as error:
        raise InputError(f"{path}: {error}; {REMEDY}") from None


def boxed_question(item: dict, category: str, macro: bool) -> Question:
    """Which of two captions is true of the box of an image, from an item of ARO?"""
    left, upper = item["bbox_x"], item["bbox_y"]
    picture = item["image_path"], (left, upper, left + item["bbox_w"], upper + item["bbox_h"])
    return Question(category, [picture], [item["true_caption"], item["false_caption"]], macro)
