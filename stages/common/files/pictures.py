"""Pictures of anybody's making, read in one way for every stage: upright, RGB, on white, eight bits a channel."""

import io
import os
import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from stages.common.files.errors import InputError

# no other is opened: EPS would start Ghostscript; MPO, of two cameras, is to Pillow a kind of JPEG
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 2**30  # of a file
MAX_PIXELS = 100_000_000  # a picture larger than this is refused: it may be a decompression bomb
TURNS = {  # what makes a picture of each of EXIF's orientations upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(path: str | Path) -> Image.Image:
    """The picture at `path` as it is meant to be seen: upright, mode RGB, transparency on white.

    Of several frames or pages the first. InputError, one line with the path and the remedy, where the file is missing,
    is no regular file, is of none of FORMATS, is damaged, or has more than MAX_PIXELS pixels.
    """
    return read_picture(path)[0]


def read_picture(path: str | Path, short_side: int | None = None) -> tuple[Image.Image, bytes | None]:
    """`open_picture`, and the file's content where plain decoding of it gives just that picture, otherwise None.

    A JPEG whose short side is four times `short_side` or more, to which it will be shrunk, is decoded at a half, a
    quarter or an eighth of its size, but at twice what it will be: a third of the time for a camera's, and as good.
    """
    content = file_content(Path(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of what is too large or damaged: reported below in one line
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                if short_side:
                    picture.draft(None, tuple(2 * short_side * side // min(picture.size) for side in picture.size))
                picture.load()
            turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
            if picture.mode == "RGB" and not picture.has_transparency_data and turn is None:
                return picture, content
            picture = on_white(picture)
            return (picture if turn is None else picture.transpose(turn)), None
    except Image.DecompressionBombError:
        raise InputError(f"{path} has more than {MAX_PIXELS // 10**6} megapixels; shrink it first") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} cannot be decoded as any of {', '.join(FORMATS)}; replace or convert it") from None
    except Exception as error:  # Pillow lets through whatever damage makes of struct, zlib, indices, memory ...
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be decoded ({reason}); replace the image") from None


def file_content(path: Path) -> bytes:
    """The bytes of a regular file, links followed; InputError for any other: a pipe would never end."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise InputError(f"{path} is {kind}; put a picture there")
        if found.st_size > MAX_BYTES:
            raise InputError(f"{path} has more than {MAX_BYTES // 2**20} MiB; shrink it first")
        return path.read_bytes()
    except FileNotFoundError:
        where = f"a link to {os.readlink(path)}, which is missing" if path.is_symlink() else "missing"
        raise InputError(f"{path} is {where}; add the image or drop what names it") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{str(path)!r} cannot be read ({reason}); fix the name or the file") from None


def on_white(picture: Image.Image) -> Image.Image:
    """A picture of any mode as RGB, tones of more than eight bits kept, what is transparent white."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        values = np.asarray(picture)  # (H, W)
        gray = eight_bits(values)
        gray[values == picture.info.get("transparency", np.nan)] = 255
        return Image.fromarray(gray).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    if picture.mode in ("La", "RGBa"):  # premultiplied, which converts to its own kind alone
        picture = picture.convert(picture.mode.replace("a", "A"))
    drawn = picture.convert("RGBA")
    white = Image.new("RGBA", drawn.size, "white")
    return Image.alpha_composite(white, drawn).convert("RGB")


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Gray values (H, W) as uint8 tones (H, W).

    Unsigned ones are scaled by their full range. Floats and signed ones tell none: it is the least of 0 to 1 (floats
    alone), 0 to 255 and 0 to 65,535 that holds them all, otherwise from their own least to their greatest.

    >>> eight_bits(np.array([[0, 257, 65535]], np.uint16)).tolist()
    [[0, 1, 255]]
    >>> eight_bits(np.array([[0.0, 0.2, 1.0]])).tolist(), eight_bits(np.array([[-2.0, np.nan, 0.0]])).tolist()
    ([[0, 51, 255]], [[0, 0, 255]])
    """
    if values.dtype.kind == "u":
        low, high = 0.0, float(np.iinfo(values.dtype).max)
    else:
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        ranges = (1, 255, 65535) if values.dtype.kind == "f" else (255, 65535)
        if (full := next((top for top in ranges if low >= 0 and high <= top), None)) is not None:
            low, high = 0.0, float(full)
    filled = np.nan_to_num(values.astype(np.float32), nan=low).clip(low, high)  # (H, W)
    return np.rint((filled - low) * (255 / ((high - low) or 1))).astype(np.uint8)  # (H, W)
