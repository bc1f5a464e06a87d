"""Makes a part of the table of images: JPEGs with a bounded short side."""

import io
from pathlib import Path

import pyarrow as pa
from PIL import Image

from stages.common.files.errors import InputError
from stages.common.files.pictures import read_picture
from stages.common.files.tables import SCHEMAS

MAX_SIDE = 65_500  # pixels, the limit of the JPEG format


def images_part(photographs: list[tuple[int, Path]], short_side: int) -> pa.Table:
    """The table of images of some photographs, given by id and path."""
    jpegs = [shrink(path, short_side) for _, path in photographs]
    return pa.table([[key for key, _ in photographs], jpegs], schema=SCHEMAS["images"])


def shrink(path: Path, short_side: int) -> bytes:
    """The picture at `path` as a JPEG whose short side is at most `short_side` pixels; a small JPEG keeps its bytes.

    InputError as in `read_picture`, or where it is too long for a JPEG.
    """
    picture, content = read_picture(path, short_side)
    if content is not None and picture.format == "JPEG" and min(picture.size) <= short_side:
        return content
    scale = min(1.0, short_side / min(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    if max(size) > MAX_SIDE:
        raise InputError(f"{path} has {picture.width}x{picture.height} pixels, too long for a JPEG; crop it")
    buffer = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
