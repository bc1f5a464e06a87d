"""Read COCO-format captions and shrink their photographs, refusing what is broken by name."""

import io
import warnings
from pathlib import Path
from types import UnionType

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from stages.captions.photo import Photo, json_of, number
from stages.common.errors import InputError

MAX_PIXELS = 100_000_000  # a photograph larger than this is refused: it may be a decompression bomb


def read_annotations(path: Path) -> tuple[list[dict], list[dict]]:
    """The images (id, file_name) and annotations (id, image_id, caption) of a COCO captions file.

    InputError names the file, the entry, the field and the remedy: malformed JSON, a missing or
    wrongly typed field, an id used twice, an annotation without its image, an empty caption.
    """
    content = json_of(path)
    images = _entries(path, content, "images", {"id": int | str, "file_name": str})
    annotations = _entries(path, content, "annotations", {"id": int | str, "image_id": int | str, "caption": str})
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


def _entries(path: Path, content: object, key: str, fields: dict[str, type | UnionType]) -> list[dict]:
    """The list `content[key]` with its fields checked and its ids unique."""
    if not isinstance(content, dict) or not isinstance(content.get(key), list):
        raise InputError(f"{path}: no list {key!r}; the file must be in COCO's captions format")
    seen: set[int | str] = set()
    for row, entry in enumerate(content[key]):
        for field, kind in fields.items():
            if not isinstance(entry, dict) or not isinstance(entry.get(field), kind):
                raise InputError(f"{path}: {key}[{row}]: {field!r} is missing or not {_named(kind)}; mend it")
        if entry["id"] in seen:
            raise InputError(f"{path}: {key}[{row}]: id {entry['id']} occurs twice; make ids unique")
        seen.add(entry["id"])
    return content[key]


def _named(kind: type | UnionType) -> str:
    return "a number or a text" if kind == int | str else kind.__name__


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


def read(path: Path) -> list[Photo]:
    """The images of a file, with or without captions."""
    images, annotations = read_annotations(path)
    photos = {image["id"]: Photo(number(image["id"]), image["file_name"], []) for image in images}
    for annotation in annotations:
        photos[annotation["image_id"]].captions.append((number(annotation["id"]), annotation["caption"]))
    return list(photos.values())
