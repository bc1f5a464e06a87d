"""python -m stages.scenes: draw a data set in COCO's format, and keep what is true of each picture -> data/scenes."""

import csv
import json
import multiprocessing
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
from stages.scenes.draw import contact_sheet, make_scene
from stages.scenes.options import ScenesOptions
from stages.scenes.verbs import PREPOSITIONS
from stages.scenes.world import SPLITS, Scene

SHEET = 24  # pictures on the contact sheet
EXAMPLES = 12  # pictures of the test split for stage infer
Made = dict[int, tuple[Scene, list[str]]]  # a scene and its captions, by number


def truth(scene: Scene) -> dict:
    """The scene's triple and setting, which triples are scored against."""
    preposition = PREPOSITIONS.get(scene.verb)
    triple = {"subject": scene.subject, "relation": scene.verb, "preposition": preposition, "object": scene.object}
    return triple | {"place": scene.place, "neighbour": scene.neighbour}


def write_indented(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_annotations(folder: Path, made: Made, size: int) -> None:
    """captions_SPLIT.json in COCO's format."""
    folder.mkdir()
    for split in SPLITS:
        chosen = {number: captions for number, (scene, captions) in made.items() if scene.split == split}
        images = [{"id": n, "file_name": f"{n:06d}.jpg", "width": size, "height": size} for n in chosen]
        annotations = [
            {"id": number * 10 + place, "image_id": number, "caption": caption}
            for number, captions in chosen.items()
            for place, caption in enumerate(captions)
        ]
        write_indented(folder / f"captions_{split}.json", {"images": images, "annotations": annotations})


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
        write_indented(folder / "truth.json", {number: truth(scene) for number, (scene, _) in made.items()})
        write_examples(folder / "examples.csv", made)
        pictures = [Image.open(folder / "images" / f"{number:06d}.jpg") for number in numbers[:SHEET]]
        scenes = [made[number][0] for number in numbers[:SHEET]]
        titles = [triple_text(s.subject, s.verb, None, PREPOSITIONS.get(s.verb), s.object) for s in scenes]
        contact_sheet(pictures, titles, columns=6, zoom=3).save(folder / "contact_sheet.png")


if __name__ == "__main__":
    run_stage(main)
