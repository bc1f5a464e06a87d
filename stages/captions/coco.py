"""Read COCO-format captions and shrink their photographs, refusing what is broken by name."""

import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from stages.captions.options import Shares, Source
from stages.common.errors import InputError
from stages.common.files import inside

MAX_PIXELS = 100_000_000  # a photograph larger than this is refused: it may be a decompression bomb


def read_annotations(path: Path) -> tuple[list[dict], list[dict]]:
    """The images (id, file_name) and annotations (id, image_id, caption) of a COCO captions file.

    InputError names the file, the entry, the field and the remedy: malformed JSON, a missing or
    wrongly typed field, an id used twice, an annotation without its image, an empty caption.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; set captions.root and captions.sources to your files") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid JSON ({error}); export it again") from None
    images = _entries(path, content, "images", {"id": int, "file_name": str})
    annotations = _entries(path, content, "annotations", {"id": int, "image_id": int, "caption": str})
    known = {image["id"] for image in images}
    for row, annotation in enumerate(annotations):
        where = f"{path}: annotations[{row}] (id {annotation['id']})"
        if annotation["image_id"] not in known:
            raise InputError(
                f"{where}: image_id {annotation['image_id']} is not among images; "
                "add the image or drop the annotation"
            )
        if not annotation["caption"].strip():
            raise InputError(f"{where}: caption is empty; write one or drop the annotation")
    return images, annotations


def _entries(path: Path, content: object, key: str, fields: dict[str, type]) -> list[dict]:
    """The list `content[key]` with its fields checked and its ids unique."""
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        raise InputError(f"{path}: no list {key!r}; the file must be in COCO's captions format")
    seen: set[int] = set()
    for row, entry in enumerate(content[key]):
        for field, kind in fields.items():
            if not isinstance(entry, dict) or not isinstance(entry.get(field), kind):
                raise InputError(f"{path}: {key}[{row}]: {field!r} is missing or not {kind.__name__}; mend it")
        if entry["id"] in seen:
            raise InputError(f"{path}: {key}[{row}]: id {entry['id']} occurs twice; make ids unique")
        seen.add(entry["id"])
    return content[key]


def assign_splits(image_ids: list[int], split: str, shares: Shares, seed: int) -> list[str]:
    """One split for each image: `split` itself, or for "random" a draw by `shares`.

    The draw hangs on the seed and the image's id alone, so adding images moves no other image.
    """
    if split != "random":
        return [split] * len(image_ids)
    names, sizes = zip(*shares)
    edges = np.cumsum(sizes)
    draws = [np.random.default_rng([seed, image_id]).random() for image_id in image_ids]
    return [names[min(int(np.searchsorted(edges, draw, side="right")), len(names) - 1)] for draw in draws]


def shrink(path: Path, short_side: int) -> tuple[int, int, bytes]:
    """Width, height and JPEG bytes of the picture at `path`, its short side at most `short_side` pixels.

    A JPEG that is small enough keeps its bytes. InputError where the file is missing, truncated, not
    a picture, or larger than MAX_PIXELS.
    """
    try:
        content = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InputError(f"{path} has {picture.width}x{picture.height} pixels; shrink it first")
                picture.load()
    except FileNotFoundError:
        raise InputError(f"{path} is missing; add the image or drop it from the annotations") from None
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombWarning) as error:
        raise InputError(f"{path} cannot be decoded ({error}); replace the image") from None
    turned = picture.getexif().get(ExifTags.Base.Orientation, 1) != 1
    if picture.format == "JPEG" and picture.mode == "RGB" and not turned and min(picture.size) <= short_side:
        return (*picture.size, content)
    return encode_jpeg(ImageOps.exif_transpose(picture).convert("RGB"), short_side)


def encode_jpeg(picture: Image.Image, short_side: int) -> tuple[int, int, bytes]:
    """Width, height and JPEG bytes of an RGB picture scaled down so that its short side fits."""
    scale = min(1.0, short_side / min(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    buffer = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=92)
    return (*size, buffer.getvalue())


def read_source(root: Path, source: Source, shares: Shares, seed: int) -> Iterator[dict]:
    """The captioned images of one source: image_id, path, split and their annotations.

    Images without a caption are left out: nothing can be learnt from them.
    """
    images, annotations = read_annotations(inside(root, source.annotations))
    by_image: dict[int, list[dict]] = {}
    for annotation in annotations:
        by_image.setdefault(annotation["image_id"], []).append(annotation)
    captioned = [image for image in images if image["id"] in by_image]
    splits = assign_splits([image["id"] for image in captioned], source.split, shares, seed)
    folder = inside(root, source.images)
    for image, split in zip(captioned, splits, strict=True):
        yield {
            "image_id": image["id"],
            "path": inside(folder, image["file_name"]),
            "split": split,
            "annotations": by_image[image["id"]],
        }
