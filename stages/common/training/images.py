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

from stages.common.clip.embed import pixel_encoder, pixel_reader, unit_length
from stages.common.clip.frozen_tower import FrozenTower, feature_table
from stages.common.files.tables import SCHEMAS, read_features, read_table, report_damage, table_files

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


def pixel_images(clip, workers: int, augment: Augmentation | None = None) -> ImageData:
    """The images of IMAGES as pixels, (P, 3, H, W) uint8."""
    ids = pd.Index(read_table(IMAGES, SCHEMAS["images"], ["image_id"])["image_id"].to_numpy())
    reader = partial(table_pixels, IMAGES, clip.transform, augment, PIXEL_CACHE // max(1, workers))
    plain = partial(table_pixels, IMAGES, clip.transform, memory=0) if augment else reader
    return ImageData(IMAGES, ids, reader, plain, pixel_encoder(clip.model), workers)


def backbone_images(tower: FrozenTower) -> ImageData:
    """The images of IMAGES as features of a frozen backbone, (P, W), computed once."""
    ids, features = feature_table(tower, IMAGES)
    reader = partial(feature_rows, features)
    return ImageData(IMAGES, pd.Index(ids), reader, reader, tower.project, 0)


def embedded_images() -> ImageData:
    """The images as base's embeddings (P, D) from the table of stage features."""
    ids, embeddings = read_features(FEATURES)
    reader = partial(feature_rows, embeddings)
    return ImageData(FEATURES, pd.Index(ids), reader, reader, unit_length, 0)


def jpeg_reader(table: str | Path) -> Callable[[int], pa.Buffer]:
    """A function from a row of a table of images to its JPEG.

    It reads one small row group at a time. Any number of processes can read the files at once.
    """
    files = table_files(table)
    footers = [pq.read_metadata(path) for path in files]
    groups = [footer.num_row_groups for footer in footers]
    rows = [footer.row_group(i).num_rows for footer, count in zip(footers, groups) for i in range(count)]
    first, starts = np.cumsum([0, *rows]), np.cumsum([0, *groups])  # first row of each group, first group of each file

    @lru_cache(OPEN_FILES)
    def open_file(number: int) -> pq.ParquetFile:
        return pq.ParquetFile(files[number], page_checksum_verification=True)

    def read(row: int) -> pa.Buffer:
        group = np.searchsorted(first, row, side="right") - 1
        number = np.searchsorted(starts, group, side="right") - 1
        with report_damage(files[number]):
            found = open_file(number).read_row_group(group - starts[number], ["jpeg"], use_threads=False)
        return found["jpeg"][row - first[group]].as_buffer()

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
            generators = map(np.random.default_rng, seeds)
            images = [augment(image, rng) for image, rng in zip(images, generators, strict=True)]
        return torch.stack(images)  # (P, 3, H, W)

    return read


def feature_rows(features: np.ndarray) -> Reader:
    """A reader of rows (P, W) of an array in memory; they are not augmented."""
    table = torch.tensor(features)  # (M, W)
    return lambda rows, seeds: table[torch.from_numpy(rows)]  # (P, W)


@lru_cache(maxsize=4)
def opened(open_reader: OpenReader) -> Reader:
    """The reader that `open_reader` makes, made once in each process."""
    return open_reader()


def augmentation(crop: Sequence[float], flip: bool) -> Augmentation | None:
    """Random crops of a share of the area between the two of `crop`, at the picture's own aspect, and mirroring.

    Mirroring keeps relations: who does what to whom has no left and right. None where both are off: crop [1, 1], flip
    false.
    """
    return partial(augmented, crop=crop, flip=flip) if crop[0] < 1 or flip else None


def augmented(image: torch.Tensor, rng: np.random.Generator, crop: Sequence[float], flip: bool) -> torch.Tensor:
    """`image`, uint8 (3, H, W), cropped and mirrored at random."""
    if crop[0] < 1:
        height, width = image.shape[-2:]
        side = rng.uniform(*crop) ** 0.5
        part = round(side * height), round(side * width)
        corner = rng.integers(height - part[0] + 1), rng.integers(width - part[1] + 1)
        image = v2.functional.resized_crop(image, *corner, *part, [height, width])  # (3, H, W)
    return image.flip(-1) if flip and rng.random() < 0.5 else image  # (3, H, W)
