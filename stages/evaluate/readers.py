"""The field's benchmarks in their published files, all as one table of questions.

A question has a category, `pictures` and `texts`, the true ones first, and `macro`: whether its
category counts in the benchmark's published mean over categories. A picture is (file name, box):
the box is (left, upper, right, lower) in pixels, or empty for the whole image.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError

COLUMNS = ["category", "pictures", "texts", "macro"]
ATTRIBUTE_EXAMPLES = 25  # a pair of attributes with fewer is left out of the published mean


def read_sugarcrepe(folder: Path) -> pd.DataFrame:
    """SugarCrepe (arXiv 2306.14610): one json a category, filename, caption, negative_caption.

    Published score: how often the image prefers the caption, per category.
    """
    return _caption_files(folder, "filename", "caption", "negative_caption", lambda item: True)


def read_valse(folder: Path) -> pd.DataFrame:
    """VALSE (aclanthology 2022.acl-long.567): one json a phenomenon, image_file, caption, foil.

    Published score: pairwise accuracy, how often the image prefers the caption to the foil. Only
    valid foils, as the authors ask: at least two of three annotators chose the caption alone.
    """
    return _caption_files(
        folder, "image_file", "caption", "foil", lambda item: item["mturk"]["caption"] >= 2
    )


def read_winoground(folder: Path) -> pd.DataFrame:
    """Winoground (arXiv 2204.03162): examples.jsonl, image_0, image_1, caption_0, caption_1.

    Published scores: text, image and group, see `benchmark_outcomes`; per collapsed_tag.
    """

    def question(item: dict) -> list:
        pictures = [(f"{item[name]}.png", ()) for name in ("image_0", "image_1")]
        return [item["collapsed_tag"], pictures, [item["caption_0"], item["caption_1"]], False]

    path = folder / "examples.jsonl"
    items = [_parsed(path, line) for line in _text(path).splitlines()]
    return _questions(path, enumerate(items), question)


def read_aro_relation(folder: Path) -> pd.DataFrame:
    """ARO's VG-Relation (arXiv 2210.01936): visual_genome_relation.json, the image cut to its box.

    Published score: the mean over relations of how often the image prefers true_caption, without
    the relations that the authors' notebook lists as `symmetric`; that list is no part of the json,
    so it is read from symmetric.json beside it, a list of names.
    """
    path = folder / "symmetric.json"
    symmetric = set(_parsed(path, _text(path)))

    def question(item: dict) -> list:
        name = item["relation_name"]
        texts = [item["true_caption"], item["false_caption"]]
        return [name, [_boxed(item)], texts, name not in symmetric]

    path = folder / "visual_genome_relation.json"
    return _questions(path, enumerate(_parsed(path, _text(path))), question)


def read_aro_attribution(folder: Path) -> pd.DataFrame:
    """ARO's VG-Attribution (arXiv 2210.01936): visual_genome_attribution.json, cut to its box.

    Published score: the mean over pairs of attributes with at least 25 examples of how often the
    image prefers true_caption.
    """

    def question(item: dict) -> list:
        category = "_".join(item["attributes"])
        return [category, [_boxed(item)], [item["true_caption"], item["false_caption"]], False]

    path = folder / "visual_genome_attribution.json"
    table = _questions(path, enumerate(_parsed(path, _text(path))), question)
    counts = Counter(table["category"])
    frequent = [counts[category] >= ATTRIBUTE_EXAMPLES for category in table["category"]]
    return table.assign(macro=frequent)


def read_svo_probes(folder: Path) -> pd.DataFrame:
    """SVO-Probes (arXiv 2106.09141): svo_probes.csv; the images are files named ID.jpg.

    The published score is a matching head's accuracy on positive and on negative images, each of
    which it accepts or refuses. CLIP has no such head and no threshold, so this is the forced choice
    on the same rows: the sentence scores higher with its positive image than with the negative one.
    As published, only rows whose negative differs in exactly one of subject, verb and object; that
    one is the category.
    """
    path = folder / "svo_probes.csv"
    kinds = {"subj_neg": "subject", "verb_neg": "verb", "obj_neg": "object"}
    needed = ["sentence", "pos_image_id", "neg_image_id", *kinds]
    try:
        table = pd.read_csv(path, usecols=needed).reindex(columns=needed)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; give the benchmark's published folder") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}; download the published file anew") from None
    if table.isna().any(axis=None):
        row, column = next(zip(*table.isna().to_numpy().nonzero()))
        where = f"{path}, row {row + 2}: {needed[column]} is empty"
        raise InputError(f"{where}; download the published file anew")
    flags = table[list(kinds)].to_numpy(bool)  # (N, 3)
    single = flags.sum(axis=1) == 1
    rows = [
        [list(kinds.values())[kind.argmax()], [(f"{own}.jpg", ()), (f"{other}.jpg", ())], [text], False]
        for kind, (text, own, other) in zip(flags[single], table.loc[single, needed[:3]].values)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


READERS = {
    "sugarcrepe": read_sugarcrepe,
    "aro_relation": read_aro_relation,
    "aro_attribution": read_aro_attribution,
    "svo_probes": read_svo_probes,
    "valse": read_valse,
    "winoground": read_winoground,
}


def _boxed(item: dict) -> tuple[str, tuple[int, int, int, int]]:
    left, upper = item["bbox_x"], item["bbox_y"]
    box = (left, upper, left + item["bbox_w"], upper + item["bbox_h"])
    return Path(item["image_path"]).name, box


def _caption_files(
    folder: Path, image: str, true: str, false: str, valid: Callable[[dict], bool]
) -> pd.DataFrame:
    """One json a category in `folder`, of items with one image, a true and a false caption."""
    paths, tables = sorted(folder.glob("*.json")), []
    if not paths:
        raise InputError(f"{folder} holds no json file; give the benchmark's published folder")
    for path in paths:

        def question(item: dict, category: str = path.stem) -> list:
            return [category, [(item[image], ())], [item[true], item[false]], False] if valid(item) else []

        tables.append(_questions(path, _parsed(path, _text(path)).items(), question))
    return pd.concat(tables, ignore_index=True)


def _questions(path: Path, items, question: Callable[[dict], list]) -> pd.DataFrame:
    """`question` of every (key, item), without the empty ones; InputError names file, item, field."""
    rows = []
    for key, item in items:
        try:
            rows.append(question(item))
        except (KeyError, TypeError) as error:
            where = f"{path}, item {key}: {error!r}"
            raise InputError(f"{where}; download the published file anew") from None
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def _parsed(path: Path, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON ({error}); download the published file anew") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path} is missing; give the benchmark's published folder") from None
