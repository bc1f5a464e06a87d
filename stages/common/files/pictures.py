"""Opens pictures from anywhere in one form: upright, RGB, on white, eight bits a channel."""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from stages.common.files.errors import InputError, one_line

# Pillow opens no others: EPS would start Ghostscript. It counts MPO, of stereo cameras, as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 2**30  # of a file
MAX_PIXELS = 100_000_000  # larger pictures may be decompression bombs


def open_picture(path: str | Path) -> Image.Image:
    """The picture at `path`: upright, mode RGB, transparency on white, the first of several frames.

    InputError where the file is missing, not a regular file, in none of FORMATS, damaged or above MAX_PIXELS.
    """
    return read_picture(path)[0]


def read_picture(path: str | Path, short_side: int | None = None) -> tuple[Image.Image, bytes | None]:
    """`open_picture`, and the file's bytes where plain decoding gives the same picture, else None.

    A JPEG that will be shrunk to `short_side` pixels is decoded at a half, a quarter or an eighth of its size, at least
    twice `short_side`: a third of the time for a camera's pictures.
    """
    content = file_content(Path(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about large or damaged files: reported below
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                if short_side:
                    least = min(width, height)
                    picture.draft(None, (2 * short_side * width // least, 2 * short_side * height // least))
                picture.load()
            turned = picture.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9)
            if picture.mode == "RGB" and not picture.has_transparency_data and not turned:
                return picture, content
            return on_white(ImageOps.exif_transpose(picture)), None
    except Image.DecompressionBombError:
        raise InputError(f"{path} has more than {MAX_PIXELS // 10**6} megapixels; shrink it first") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} cannot be decoded as any of {', '.join(FORMATS)}; replace or convert it") from None
    except Exception as error:  # damaged files raise errors from struct, zlib, indexing, memory and more
        raise InputError(f"{path} cannot be decoded ({one_line(error)}); replace the image") from None


def picture_bytes(path: str | Path) -> bytes:
    """`open_picture`, encoded: the file's bytes where they give the same picture, else PNG."""
    picture, content = read_picture(path)
    return content or as_png(picture)


def as_png(picture: Image.Image) -> bytes:
    """A picture as PNG, without loss."""
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def file_content(path: Path) -> bytes:
    """The bytes of a regular file, links followed; InputError for any other: reading a pipe would never end."""
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is a folder or not a regular file; put a picture there")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} has more than {MAX_BYTES // 2**20} MiB; shrink it first")
        return path.read_bytes()
    except FileNotFoundError:
        where = f"a link to {os.readlink(path)}, which is missing" if path.is_symlink() else "missing"
        raise InputError(f"{path} is {where}; add the image or drop what names it") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise InputError(f"{str(path)!r} cannot be read ({one_line(error)}); fix the name or the file") from None


def on_white(picture: Image.Image) -> Image.Image:
    """A picture of any mode as RGB, with transparent pixels white."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        values = np.asarray(picture)  # (H, W)
        gray = eight_bits(values)
        gray[values == picture.info.get("transparency", np.nan)] = 255
        return Image.fromarray(gray).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    drawn = picture.convert(picture.mode.replace("a", "A")).convert("RGBA")  # from La and RGBa by way of LA and RGBA
    return Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Gray values (H, W) as uint8 (H, W).

    Unsigned integers are scaled by their full range. Other types do not say their range: it is the smallest of 0 to 1
    (floats only), 0 to 255 and 0 to 65,535 that holds all values, else their own minimum to maximum.

    >>> eight_bits(np.array([[0, 257, 65535]], np.uint16)).tolist()
    [[0, 1, 255]]
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if values.dtype.kind == "u":
        low, high = 0.0, float(np.iinfo(values.dtype).max)
    elif low >= 0 and high <= 65535:
        tops = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
        low, high = 0.0, min(top for top in tops if high <= top)
    filled = np.nan_to_num(values.astype(np.float32), nan=low).clip(low, high)  # (H, W)
    return np.rint((filled - low) * (255 / ((high - low) or 1))).astype(np.uint8)  # (H, W)
