"""Rows of a table of images as tensors, read when they are needed: memory does not grow with the table."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch.utils.data import DataLoader

from stages.common.clip.clip import picture
from stages.common.files.errors import InputError
from stages.common.run import cores
from stages.common.files.tables import REMEDY, damage_reported, table_files

MOST_WORKERS = 16  # of one training process
DECODED = 2**27  # bytes of pixels kept in memory, over all workers
OPEN = 16  # files of images kept open, 1.7 MB each
Reader = Callable[[np.ndarray, Sequence[tuple[int, ...]]], torch.Tensor]  # rows (P,) and a seed each
Source = Callable[[], Reader]  # a reader cannot be sent to a process, what makes one can


def rows_of(ids: np.ndarray, table: np.ndarray, path: str, by: str = "a tuple") -> np.ndarray:
    """Where each of `ids` (...) stands in `table` (M,), int64 (...); -1 for -1.

    InputError for an id that the table, of `path`, lacks, and that is named `by` something of another.
    """
    rows = pd.Index(table).get_indexer(ids.ravel()).reshape(ids.shape)
    lacking = ids[(rows < 0) & (ids >= 0)]
    if len(lacking):
        raise InputError(f"{path} lacks id {lacking[0]}, which {by} names; {REMEDY}")
    return rows


def jpeg_reader(table: str | Path) -> Callable[[int], pa.Buffer]:
    """A function from a row of a table of images to its JPEG.

    It reads the small row group that the row is of, so that memory holds no other picture, and any number
    of processes need nothing but the files.
    """
    files = table_files(table)
    footers = [pq.read_metadata(path) for path in files]
    groups = [footer.num_row_groups for footer in footers]
    rows = [footer.row_group(i).num_rows for footer, count in zip(footers, groups) for i in range(count)]
    first, starts = np.cumsum([0, *rows]), np.cumsum([0, *groups])  # of each group, of each file

    @lru_cache(OPEN)
    def opened_file(number: int) -> pq.ParquetFile:
        return pq.ParquetFile(files[number], page_checksum_verification=True)

    def read(row: int) -> pa.Buffer:
        group = np.searchsorted(first, row, side="right") - 1
        number = np.searchsorted(starts, group, side="right") - 1
        with damage_reported(files[number]):
            found = opened_file(number).read_row_group(group - starts[number], ["jpeg"], use_threads=False)
        return found["jpeg"][row - first[group]].as_buffer()

    return read


def pixel_reader(
    table: str | Path, transform: Callable, augment: Callable | None = None, memory: int = DECODED
) -> Reader:
    """Pixels (P, 3, H, W), uint8, of rows of a table of images; what `augment` draws hangs on an image's seed alone.

    An image is in several tuples: `memory` bytes of the last used are kept.
    """
    jpeg, shape = jpeg_reader(table), picture(transform)
    kept = memory // shape(jpeg(0)).nbytes

    @lru_cache(maxsize=kept)
    def pixels(row: int) -> torch.Tensor:
        return shape(jpeg(row)).contiguous()  # (3, H, W)

    def read(rows: np.ndarray, seeds: Sequence[tuple[int, ...]]) -> torch.Tensor:
        images = [pixels(row) for row in rows.tolist()]  # P of (3, H, W)
        if augment is not None:
            generators = map(np.random.default_rng, seeds)
            images = [augment(image, rng) for image, rng in zip(images, generators, strict=True)]
        return torch.stack(images)  # (P, 3, H, W)

    return read


def embedding_reader(embeddings: np.ndarray) -> Reader:
    """Cached embeddings (P, D) of rows of `embeddings` (M, D); they are not augmented."""
    table = torch.tensor(embeddings)  # (M, D)
    return lambda rows, seeds: table[torch.from_numpy(rows)]  # (P, D)


@lru_cache(maxsize=4)
def opened(source: Source) -> Reader:
    """The reader of `source`, made once a process."""
    return source()


def workers(wanted: int | Literal["auto"], device: torch.device) -> int:
    """How many processes decode images for this one: `wanted`; auto: none where the CPU trains, as it has no core to
    spare, otherwise one a core, shared by the training processes of this machine, but for one that feeds the device.
    """
    if wanted != "auto":
        return wanted
    if device.type == "cpu":
        return 0
    return max(1, min(MOST_WORKERS, cores() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) - 1))


def loader(parts: Sequence, load: Callable, workers: int, pin: bool) -> DataLoader:
    """What `load` makes of each of `parts`, in order, in `workers` processes, 0: in this one.

    The processes start by spawn: one that has threads, or has touched CUDA, must not fork.
    """
    return DataLoader(
        parts,
        batch_size=None,
        collate_fn=load,
        num_workers=workers,
        pin_memory=pin,
        prefetch_factor=4 if workers else None,
        multiprocessing_context="spawn" if workers else None,
    )
