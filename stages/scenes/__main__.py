"""python -m stages.scenes: draw a COCO-format data set and keep its truth -> data/scenes."""

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
from stages.common.files.storage import write_beside
from stages.common.files.params import read_block, read_seed
from stages.common.language.inflection import triple_text
from stages.common.files.workers import end_with_parent
from stages.scenes.draw import contact_sheet
from stages.scenes.make import make
from stages.scenes.options import ScenesOptions
from stages.scenes.verbs import VERBS
from stages.scenes.world import SPLITS, Scene

SHEET = 24  # pictures on the contact sheet
EXAMPLES = 12  # pictures of the test split that stage infer is asked about


def truth(scene: Scene) -> dict:
    """The scene's true triple and where it happens, for scoring only."""
    preposition = VERBS[scene.verb].preposition
    return {
        "subject": scene.subject,
        "relation": scene.verb,
        "preposition": preposition,
        "object": scene.object,
        "place": scene.place,
        "neighbour": scene.neighbour,
    }


def title(scene: Scene) -> str:
    return triple_text(scene.subject, scene.verb, None, VERBS[scene.verb].preposition, scene.object)


def write_examples(path: Path, truths: dict[str, dict]) -> None:
    """Pictures and their two nouns, which stage infer is asked about."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["picture", "subject", "object"])
        rows.writerows([picture, true["subject"], true["object"]] for picture, true in truths.items())


def main() -> None:
    options, seed = read_block("scenes", ScenesOptions), read_seed()
    numbers = range(1, options.images + 1)
    with write_beside("data/scenes") as folder:
        (folder / "images").mkdir(parents=True)
        (folder / "annotations").mkdir()
        work = partial(make, folder / "images", options.size, seed)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(mp_context=context, initializer=end_with_parent) as pool:
            made = list(tqdm(pool.map(work, numbers, chunksize=50), total=len(numbers), desc="scenes"))
        files = defaultdict(lambda: {"images": [], "annotations": []})
        for number, (scene, captions) in zip(numbers, made, strict=True):
            file = {"id": number, "file_name": f"{number:06d}.jpg"}
            files[scene.split]["images"].append(file | {"width": options.size, "height": options.size})
            files[scene.split]["annotations"] += [
                {"id": number * 10 + i, "image_id": number, "caption": text} for i, text in enumerate(captions)
            ]
        for split in SPLITS:
            text = json.dumps(files[split], indent=1)
            (folder / "annotations" / f"captions_{split}.json").write_text(text + "\n", encoding="utf-8")
        truths = {number: truth(scene) for number, (scene, _) in zip(numbers, made, strict=True)}
        (folder / "truth.json").write_text(json.dumps(truths, indent=1) + "\n", encoding="utf-8")
        chosen = files["test"]["images"][:EXAMPLES]
        write_examples(folder / "examples.csv", {f"images/{i['file_name']}": truths[i["id"]] for i in chosen})
        shown = list(zip(numbers, made, strict=True))[:SHEET]
        pictures = [Image.open(folder / "images" / f"{number:06d}.jpg") for number, _ in shown]
        titles = [title(scene) for _, (scene, _) in shown]
        contact_sheet(pictures, titles, columns=6, zoom=3).save(folder / "contact_sheet.png")


if __name__ == "__main__":
    run_stage(main)
