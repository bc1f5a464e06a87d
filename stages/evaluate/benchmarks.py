"""The field's benchmarks in their published files: SugarCrepe, VALSE and Winoground.

Every reader gives questions: category, `files` (names of the images) and `texts`, the true ones first.
An image that is not on disk takes its questions out of the score, and is counted and named.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError
from stages.evaluate.bootstrap import mean_intervals


def read_sugarcrepe(folder: Path) -> pd.DataFrame:
    """SugarCrepe (arXiv 2306.14610): one json a category, items of filename, caption, negative_caption."""
    return _caption_pairs(folder, "filename", "caption", "negative_caption", lambda item: True)


def read_valse(folder: Path) -> pd.DataFrame:
    """VALSE (aclanthology 2022.acl-long.567): one json a phenomenon, items of image_file, caption, foil.

    Only valid foils, as the authors ask: at least two of three annotators chose the caption alone.
    """
    return _caption_pairs(folder, "image_file", "caption", "foil", lambda item: item["mturk"]["caption"] >= 2)


def read_winoground(folder: Path) -> pd.DataFrame:
    """Winoground (arXiv 2204.03162): examples.jsonl of image_0, image_1, caption_0, caption_1, collapsed_tag."""
    path, rows = folder / "examples.jsonl", []
    for number, line in enumerate(_text(path).splitlines(), 1):
        try:
            item = json.loads(line)
            files = [f"{item[name]}.png" for name in ("image_0", "image_1")]
            texts = [item["caption_0"], item["caption_1"]]
            rows.append({"category": item["collapsed_tag"], "files": files, "texts": texts})
        except (ValueError, KeyError) as error:
            raise InputError(f"{path}, line {number}: {error!r}; download the published file anew") from None
    return pd.DataFrame(rows, columns=["category", "files", "texts"])


READERS = {"sugarcrepe": read_sugarcrepe, "valse": read_valse, "winoground": read_winoground}


def locate(questions: pd.DataFrame, root: Path) -> tuple[pd.DataFrame, dict[str, Path], list[str]]:
    """The questions whose images lie anywhere under `root`, their paths, and the names of those missing."""
    paths = {path.name: path for path in sorted(root.rglob("*")) if path.is_file()}
    wanted = {name for row in questions["files"] for name in row}
    answerable = [all(name in paths for name in row) for row in questions["files"]]
    found = {name: paths[name] for name in sorted(wanted & paths.keys())}
    return questions[answerable].reset_index(drop=True), found, sorted(wanted - paths.keys())


def benchmark_outcomes(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Outcomes (N,) of each published score, from cosines (N, images, texts); ties are wrong.

    One image: `i2t`, the image prefers the true text. Two images (Winoground): `text`, each image
    prefers its own caption; `image`, each caption its own image; `group`, both.

    >>> found = benchmark_outcomes(np.array([[[0.9, 0.1], [0.5, 0.6]], [[0.5, 0.6], [0.1, 0.7]]]))
    >>> [column.tolist() for column in found.values()]
    [[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
    """
    if scores.shape[1] == 1:
        return {"i2t": (scores[:, 0, 0] > scores[:, 0, 1]).astype(float)}
    (a, b), (c, d) = (scores[:, 0, 0], scores[:, 0, 1]), (scores[:, 1, 0], scores[:, 1, 1])
    text, image = (a > b) & (d > c), (a > c) & (d > b)
    return {"text": text.astype(float), "image": image.astype(float), "group": (text & image).astype(float)}


def benchmark_table(
    questions: pd.DataFrame,
    names: pd.Index,
    images: np.ndarray,
    text_index: pd.Index,
    texts: np.ndarray,
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Per category and over all: accuracy, 95% interval clustered by image, and count.

    `images` (I, D) in the order of `names`, `texts` (T, D) in the order of `text_index`.
    """
    shown = images[np.stack([names.get_indexer(row) for row in questions["files"]])]  # (N, I', D)
    said = texts[np.stack([text_index.get_indexer(row) for row in questions["texts"]])]  # (N, 2, D)
    found = benchmark_outcomes(np.einsum("nid,ntd->nit", shown, said))
    clusters = names.get_indexer([row[0] for row in questions["files"]])
    keys, columns = [], []
    for category in ["all", *sorted(questions["category"].unique())]:
        chosen = (questions["category"] == category).to_numpy() | (category == "all")
        for name, right in found.items():
            keys.append((category, name))
            columns.append(np.where(chosen, right, np.nan))
    mean, low, high, count = mean_intervals(np.stack(columns, axis=1), clusters, resamples, seed)
    table = pd.DataFrame(keys, columns=["category", "direction"])
    return table.assign(accuracy=mean, low=low, high=high, count=count)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path} is missing; give the benchmark's published folder") from None


def _caption_pairs(folder: Path, image: str, true: str, false: str, valid) -> pd.DataFrame:
    paths, rows = sorted(folder.glob("*.json")), []
    if not paths:
        raise InputError(f"{folder} holds no json file; give the benchmark's published folder")
    for path in paths:
        try:
            items = json.loads(_text(path))
        except ValueError as error:
            raise InputError(f"{path} is not valid JSON ({error}); download the published file anew") from None
        for key, item in items.items():
            try:
                if valid(item):
                    rows.append({"category": path.stem, "files": [item[image]], "texts": [item[true], item[false]]})
            except KeyError as error:
                raise InputError(f"{path}, item {key}: no field {error}; download the published file anew") from None
    return pd.DataFrame(rows, columns=["category", "files", "texts"])
