"""Photographs as the table of images holds them: JPEGs of a bounded short side."""

import io
from pathlib import Path

from PIL import Image

from stages.common.files.errors import InputError
from stages.common.files.pictures import read_picture

MAX_SIDE = 65_500  # pixels, of a JPEG


def shrink(path: Path, short_side: int) -> tuple[int, int, bytes]:
    """Width, height and JPEG bytes of the picture at `path`, its short side at most `short_side` pixels.

    A JPEG that is small enough keeps its bytes. InputError as of `read_picture`, or where it is too long for a JPEG.
    """
    picture, content = read_picture(path, short_side)
    if content is not None and picture.format == "JPEG" and min(picture.size) <= short_side:
        return (*picture.size, content)
    scale = min(1.0, short_side / min(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    if max(size) > MAX_SIDE:
        raise InputError(f"{path} has {picture.width}x{picture.height} pixels, too long for a JPEG; crop it")
    buffer = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=92)
    return (*size, buffer.getvalue())
