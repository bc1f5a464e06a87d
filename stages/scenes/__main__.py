"""python -m stages.scenes: draw a data set in COCO's format, and keep what is true of each picture -> data/scenes."""

import csv
import json
import multiprocessing
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from stages.common.files.errors import run_stage
from stages.common.files.executor import end_with_parent
from stages.common.files.params import read_block, read_seed
from stages.common.files.storage import write_beside
from stages.common.language.inflection import triple_text
from stages.scenes.draw import contact_sheet
from stages.scenes.make import make_scene
from stages.scenes.options import ScenesOptions
from stages.scenes.verbs import VERBS
from stages.scenes.world import SPLITS, Scene

SHEET = 24  # pictures on the contact sheet
EXAMPLES = 12  # pictures of the test split for stage infer
Made = dict[int, tuple[Scene, list[str]]]  # a scene and its captions, by number


def truth(scene: Scene) -> dict:
    """The scene's triple and setting, which triples are scored against."""
    preposition = VERBS[scene.verb].preposition
    triple = {"subject": scene.subject, "relation": scene.verb, "preposition": preposition, "object": scene.object}
    return triple | {"place": scene.place, "neighbour": scene.neighbour}


def title(scene: Scene) -> str:
    return triple_text(scene.subject, scene.verb, None, VERBS[scene.verb].preposition, scene.object)


def write_annotations(folder: Path, made: Made, size: int) -> None:
    """captions_SPLIT.json in COCO's format."""
    files = defaultdict(lambda: {"images": [], "annotations": []})
    for number, (scene, captions) in made.items():
        image = {"id": number, "file_name": f"{number:06d}.jpg", "width": size, "height": size}
        files[scene.split]["images"].append(image)
        files[scene.split]["annotations"] += [
            {"id": number * 10 + i, "image_id": number, "caption": text} for i, text in enumerate(captions)
        ]
    folder.mkdir()
    for split in SPLITS:
        text = json.dumps(files[split], indent=1)
        (folder / f"captions_{split}.json").write_text(text + "\n", encoding="utf-8")


def write_examples(path: Path, made: Made) -> None:
    """The first pictures of the test split, with the two nouns that stage infer asks about."""
    tested = [(number, scene) for number, (scene, _) in made.items() if scene.split == "test"]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["picture", "subject", "object"])
        rows.writerows([f"images/{number:06d}.jpg", s.subject, s.object] for number, s in tested[:EXAMPLES])


def main(arguments: list[str]) -> None:
    options, seed = read_block("scenes", ScenesOptions), read_seed()
    numbers = range(1, options.images + 1)
    with write_beside("data/scenes") as folder:
        (folder / "images").mkdir(parents=True)
        work = partial(make_scene, folder / "images", options.size, seed)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(mp_context=context, initializer=end_with_parent) as pool:
            results = tqdm(pool.map(work, numbers, chunksize=50), total=len(numbers), desc="scenes")
            made = dict(zip(numbers, results, strict=True))
        write_annotations(folder / "annotations", made, options.size)
        truths = {number: truth(scene) for number, (scene, _) in made.items()}
        (folder / "truth.json").write_text(json.dumps(truths, indent=1) + "\n", encoding="utf-8")
        write_examples(folder / "examples.csv", made)
        first = list(made.items())[:SHEET]
        pictures = [Image.open(folder / "images" / f"{number:06d}.jpg") for number, _ in first]
        sheet = contact_sheet(pictures, [title(scene) for _, (scene, _) in first], columns=6, zoom=3)
        sheet.save(folder / "contact_sheet.png")


if __name__ == "__main__":
    run_stage(main)
