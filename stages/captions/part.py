"""A part of the table of images from its photographs."""

from pathlib import Path

import pyarrow as pa

from stages.captions.shrink import shrink
from stages.common.files.tables import SCHEMAS


def images_part(photographs: list[tuple[int, Path]], short_side: int) -> pa.Table:
    """The table of images of some photographs, by id and path, shrunk; InputError as of `shrink`."""
    pictures = [shrink(path, short_side) for _, path in photographs]
    columns = [[key for key, _ in photographs], *map(list, zip(*pictures))]
    return pa.table(columns, schema=SCHEMAS["images"])
