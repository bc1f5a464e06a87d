"""What defines a benchmark: a reader of its published files, which makes questions, and its scores."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from stages.common.clip.embedding_table import first_wins
from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import file_text, read_json

REMEDY = "give the benchmark's published folder, or download it again"
Pixels = Annotated[float, Field(strict=True, allow_inf_nan=False)]
ARO = dict.fromkeys(("image_path", "true_caption", "false_caption"), str)  # the fields of an item of ARO
ARO |= dict.fromkeys(("bbox_x", "bbox_y", "bbox_w", "bbox_h"), Pixels)
Picture = tuple[str, tuple[float, ...]]  # path below the folder of images; box (left, upper, right, lower), (): all


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


def image_to_text(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the image prefers the first text to all others, from cosines (N, 1, T)."""
    return {"i2t": first_wins(cosines[:, 0])}


def text_to_image(cosines: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the text prefers the first image to all others, from cosines (N, I, 1)."""
    return {"t2i": first_wins(cosines[:, :, 0])}


def json_reader(
    kind: Any, question: Callable[[str, Any], Question | None], pattern: str = "*.json"
) -> Callable[[Path], Iterator[Question]]:
    """A reader of the json files in a folder: `question` of the category and each item, where it is not None.

    `kind` is the type of a file, a list of items or a mapping to them; a/b.json is category a_b. InputError names file,
    item and field.
    """

    def read(folder: Path) -> Iterator[Question]:
        if not (paths := sorted(folder.glob(pattern))):
            raise InputError(f"{folder} holds no json file; {REMEDY}")
        for path in paths:
            category, items = "_".join(path.relative_to(folder).with_suffix("").parts), read_json(path, kind, REMEDY)
            found = (question(category, one) for one in (items.values() if isinstance(items, dict) else items))
            yield from filter(None, found)

    return read


def read_rows(path: Path, kind: Any, split: Callable[[str], Iterable[object]]) -> list[Any]:
    """The rows into which `split` takes the text of a file, each checked as `kind`; InputError as in `json_reader`."""
    try:
        return TypeAdapter(list[kind]).validate_python(list(split(file_text(path))))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part!r}]" for part in first["loc"])
        raise InputError(f"{path}: {place}: {first['msg']}; {REMEDY}") from None
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({one_line(error)}); {REMEDY}") from None


def boxed_question(item: dict, category: str, macro: bool) -> Question:
    """Which of two captions is true of the box of an image, from an item of ARO?"""
    left, upper = item["bbox_x"], item["bbox_y"]
    picture = item["image_path"], (left, upper, left + item["bbox_w"], upper + item["bbox_h"])
    return Question(category, [picture], [item["true_caption"], item["false_caption"]], macro)
