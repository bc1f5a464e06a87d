"""Images of a table as tensors, read when they are needed: memory does not grow with the table."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torchvision.transforms import v2

from stages.common.clip.embed import Clip, pixel_encoder, pixel_reader, unit_length
from stages.common.clip.frozen_tower import FrozenTower, freeze_backbones
from stages.common.files.tables import SCHEMAS, read_features, read_part, read_table, report_damage, table_files

IMAGES, FEATURES = "data/captions/images", "data/features/base"
PIXEL_CACHE = 2**27  # bytes of decoded pictures kept in memory, over all workers
OPEN_FILES = 16  # of images, 1.7 MB each
Reader = Callable[[np.ndarray, Sequence[tuple[int, ...]]], torch.Tensor]  # of rows (P,) and a seed for each
OpenReader = Callable[[], Reader]  # makes a reader; unlike a reader, it can be sent to another process
Augmentation = Callable[[torch.Tensor, np.random.Generator], torch.Tensor]  # of uint8 (3, H, W)


class ImageData(NamedTuple):
    """M images of a table, as pixels or as features of a frozen tower."""

    path: str  # of the table
    ids: pd.Index  # (M,) int64
    open_reader: OpenReader  # for training
    open_plain: OpenReader  # without augmentation
    encode: Callable[[torch.Tensor], torch.Tensor]  # what is read (P, ...), to unit-length embeddings (P, D)
    workers: int  # processes that read


def read_images(
    clip: Clip, workers: int, freeze: str, block: str, crop: Sequence[float] = (1.0, 1.0), flip: bool = False
) -> ImageData:
    """The training images by the option `freeze` of params.yaml's `block`: pixels, cropped and mirrored as in
    `augmented`; "backbones": features of the image tower's backbone; "image": base's embeddings from stage features.
    """
    if freeze == "image":
        return array_images(FEATURES, *read_features(FEATURES), unit_length)
    if freeze == "backbones":
        return backbone_images(freeze_backbones(clip, f"{block}.freeze"))
    ids = pd.Index(read_table(IMAGES, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy())
    augment = partial(augmented, crop=crop, flip=flip) if crop[0] < 1 or flip else None
    reader = partial(table_pixels, IMAGES, clip.transform, augment, PIXEL_CACHE // max(1, workers))
    plain = partial(table_pixels, IMAGES, clip.transform, memory=0) if augment else reader
    return ImageData(IMAGES, ids, reader, plain, pixel_encoder(clip.model), workers)


def backbone_images(tower: FrozenTower) -> ImageData:
    """Images as features of a frozen backbone, (P, W), computed once, a part of the table at a time."""
    parts = (read_part(file, SCHEMAS["images"]) for file in table_files(IMAGES))
    found = [(part["image_id"].to_numpy(), tower.features(part["jpeg"].to_pylist())) for part in parts if len(part)]
    ids, features = (np.concatenate(column) for column in zip(*found))  # (M,), (M, W)
    return array_images(IMAGES, ids, features, tower.project)


def array_images(path: str, ids: np.ndarray, features: np.ndarray, encode: Callable) -> ImageData:
    """Images as rows (P, W) of an array in memory, `features` (M, W); they are not augmented."""
    reader = partial(feature_rows, features)
    return ImageData(path, pd.Index(ids), reader, reader, encode, 0)


def feature_rows(features: np.ndarray) -> Reader:
    """A reader of rows (P, W) of an array (M, W)."""
    table = torch.tensor(features)  # (M, W)
    return lambda rows, seeds: table[torch.from_numpy(rows)]  # (P, W)


def jpeg_reader(table: str | Path) -> Callable[[int], pa.Buffer]:
    """A function from a row of a table of images to its JPEG.

    It reads one small row group at a time. Any number of processes can read the files at once.
    """
    footers = [(path, pq.read_metadata(path)) for path in table_files(table)]
    groups = [(path, group) for path, footer in footers for group in range(footer.num_row_groups)]
    sizes = [footer.row_group(group).num_rows for _, footer in footers for group in range(footer.num_row_groups)]
    first = np.cumsum([0, *sizes])  # row of each group
    open_file = lru_cache(OPEN_FILES)(partial(pq.ParquetFile, page_checksum_verification=True))

    def read(row: int) -> pa.Buffer:
        number = np.searchsorted(first, row, side="right") - 1
        path, group = groups[number]
        with report_damage(path):
            found = open_file(path).read_row_group(group, ["jpeg"], use_threads=False)
        return found["jpeg"][row - first[number]].as_buffer()

    return read


def table_pixels(
    table: str | Path, transform: Callable, augment: Augmentation | None = None, memory: int = PIXEL_CACHE
) -> Reader:
    """A reader of pixels (P, 3, H, W), uint8; an image's augmentation depends on its seed alone.

    It keeps `memory` bytes of the pictures used last, as an image is in several tuples.
    """
    jpeg, decode = jpeg_reader(table), pixel_reader(transform)

    @lru_cache(maxsize=memory // decode(jpeg(0)).nbytes)
    def pixels(row: int) -> torch.Tensor:
        return decode(jpeg(row)).contiguous()  # (3, H, W)

    def read(rows: np.ndarray, seeds: Sequence[tuple[int, ...]]) -> torch.Tensor:
        images = [pixels(row) for row in rows.tolist()]  # P of (3, H, W)
        if augment is not None:
            images = [augment(image, np.random.default_rng(seed)) for image, seed in zip(images, seeds, strict=True)]
        return torch.stack(images)  # (P, 3, H, W)

    return read


def augmented(image: torch.Tensor, rng: np.random.Generator, crop: Sequence[float], flip: bool) -> torch.Tensor:
    """`image`, uint8 (3, H, W), cropped at random to a share of its area between the two of `crop`, and mirrored.

    The crop has the picture's own aspect. Mirroring keeps relations: who does what to whom has no left and right.
    """
    if crop[0] < 1:
        height, width = image.shape[-2:]
        side = rng.uniform(crop[0], crop[1]) ** 0.5
        part = round(side * height), round(side * width)
        corner = rng.integers(height - part[0] + 1), rng.integers(width - part[1] + 1)
        image = v2.functional.resized_crop(image, *corner, *part, [height, width])  # (3, H, W)
    return image.flip(-1) if flip and rng.random() < 0.5 else image  # (3, H, W)


@lru_cache(maxsize=4)
def opened(open_reader: OpenReader) -> Reader:
    """The reader that `open_reader` makes, made once in each process."""
    return open_reader()
