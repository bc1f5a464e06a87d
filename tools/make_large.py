"""A set of COCO 2017's size and layout, for measuring: python -m tools.make_large FOLDER PHOTOS CAPTIONS.json ...

Every picture is one of the photographs in the folder PHOTOS, cropped, mirrored, brightened and grained at random to
640x480 or 480x640. It has the captions of one image of the COCO-format files CAPTIONS.json, recombined: what follows
a preposition of place comes from another caption, and one noun is another in all five. Picture and captions do not
fit each other: the set is made for its size alone. Writes FOLDER/annotations, train2017 and val2017, about 70 kB a
picture; pictures that exist are not made again, so that a run that stopped resumes.

    python -m tools.make_large ../large ../flickr8k/images ../flickr8k/annotations/captions_train.json
    python -m tools.make_large ../eighth ... --images 14786 --test 625
"""

import argparse
import json
import multiprocessing
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageChops, ImageEnhance, ImageOps
from tqdm import tqdm

from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside, write_json
from stages.common.language.lexicons import of_kind, read_lexicon

SIZE = (640, 480)
EACH = 5  # captions an image
BLOCK = 500  # pictures that a process makes at once
GRAIN, QUALITY = 5.0, 85
PLACE = re.compile(r" (?:in|on|at|near|by|beside|next to|in front of|across|along|through|under|behind) ")


def grain(seed: int) -> Image.Image:
    """Noise around 128 from which each picture takes a window: larger than the picture, RGB."""
    noise = np.random.default_rng(seed).normal(128, GRAIN, (2 * SIZE[0], 2 * SIZE[0]))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)).convert("RGB")


def draw(photo: Image.Image, noise: Image.Image, rng: np.random.Generator) -> Image.Image:
    """`photo` cropped to 70% to 100% of its sides, mirrored or not, brighter or darker by a fifth, and grained."""
    size = SIZE if rng.random() < 0.75 else SIZE[::-1]
    kept = np.array(photo.size) * rng.uniform(0.7, 1.0, 2)  # (2,)
    left, top = (np.array(photo.size) - kept) * rng.random(2)
    picture = photo.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + kept[0], top + kept[1]))
    if rng.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.8, 1.2))
    x, y = rng.integers(SIZE[0], size=2)
    return ImageChops.add(picture, noise.crop((x, y, x + size[0], y + size[1])), 1, -128)


def make(folder: Path, photos: list[Path], seed: int, ids: range) -> None:
    """Write the pictures `ids` to `folder`, each drawn by the seed and its id alone."""
    noise = grain(seed)
    for image_id in ids:
        path = folder / f"{image_id:012d}.jpg"
        if not path.exists():
            rng = np.random.default_rng([seed, image_id])
            with Image.open(photos[rng.integers(len(photos))]) as photo, write_beside(path) as beside:
                draw(photo.convert("RGB"), noise, rng).save(beside, "JPEG", quality=QUALITY)


def real_captions(paths: list[Path]) -> list[list[str]]:
    """The captions of each image of COCO-format files."""
    groups: dict[tuple[Path, int], list[str]] = {}
    for path in paths:
        for row in json.loads(path.read_text(encoding="utf-8"))["annotations"]:
            groups.setdefault((path, row["image_id"]), []).append(" ".join(row["caption"].split()))
    return list(groups.values())


def noun_shares(groups: list[list[str]], nouns: pd.DataFrame) -> list[dict[str, float]]:
    """The shares of the lexicon's nouns among those in the captions: of animate ones, and of all others."""
    counts = Counter(word for captions in groups for text in captions for word in text.lower().split())
    animate = of_kind(nouns, "animate")
    mentioned = nouns.loc[nouns["kind"] != "unmentioned", ["word", "other"]]
    others = {*mentioned.to_numpy().ravel()} - animate
    kinds = [{word: counts[word] for word in sorted(kind) if counts[word]} for kind in (animate, others)]
    return [{word: count / sum(kind.values()) for word, count in kind.items()} for kind in kinds]


def recombined(groups: list[list[str]], nouns: list[dict[str, float]], rng: np.random.Generator) -> list[str]:
    """EACH captions: those of one of `groups`, with places of others and one noun exchanged in all of them."""
    own = groups[rng.integers(len(groups))]
    texts = [own[row % len(own)] for row in range(EACH)]
    for row in range(EACH):
        other = groups[rng.integers(len(groups))]
        place, end = (list(PLACE.finditer(text)) for text in (texts[row], other[rng.integers(len(other))]))
        if place and end and place[-1].start() > 0:
            texts[row] = texts[row][: place[-1].start()] + end[-1].string[end[-1].start() :]
    words = set(" ".join(texts).lower().split())
    kind = nouns[rng.integers(len(nouns))]
    if here := sorted(words & kind.keys()):  # not in every image
        old, new = here[rng.integers(len(here))], rng.choice(list(kind), p=list(kind.values()))
        texts = [re.sub(rf"\b{old}\b", new, text, flags=re.IGNORECASE) for text in texts]
    return texts


def annotations(ids: range, groups: list[list[str]], nouns: list[dict[str, float]], seed: int) -> dict:
    """COCO-format annotations of these images."""
    rows = (
        {"id": image_id * EACH + row, "image_id": image_id, "caption": text}
        for image_id in ids
        for row, text in enumerate(recombined(groups, nouns, np.random.default_rng([seed, image_id, 1])))
    )
    images = [{"id": image_id, "file_name": f"{image_id:012d}.jpg"} for image_id in ids]
    return {"images": images, "annotations": list(tqdm(rows, total=EACH * len(ids), desc="captions"))}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path, nargs="+")
    parser.add_argument("--images", type=int, default=118_287, help="of train2017")
    parser.add_argument("--test", type=int, default=5_000, help="of val2017")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    photos, groups = sorted(args.photos.glob("*.jpg")), real_captions(args.captions)
    if not photos or not groups:
        raise InputError(f"{args.photos} holds no .jpg, or the files hold no captions; name others")
    nouns, everything = noun_shares(groups, read_lexicon("nouns")), range(1, args.images + args.test + 1)
    for split, ids in (("train", everything[: args.images]), ("val", everything[args.images :])):
        write_json(args.folder / f"annotations/captions_{split}2017.json", annotations(ids, groups, nouns, args.seed))
        pictures = args.folder / f"{split}2017"
        pictures.mkdir(parents=True, exist_ok=True)
        blocks = [ids[start : start + BLOCK] for start in range(0, len(ids), BLOCK)]
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            made = pool.map(partial(make, pictures, photos, args.seed), blocks)
            list(tqdm(made, desc=f"{split}, blocks of {BLOCK} pictures", total=len(blocks)))


if __name__ == "__main__":
    run_stage(main)
