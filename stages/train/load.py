"""From rows of tuples to tensors: read, decoded and augmented in worker processes, the same with any number."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from stages.common.clip import picture
from stages.common.run import cores
from stages.common.tables import table_files
from stages.train.batches import Part


class Batch(NamedTuple):
    """B tuples of an anchor and K negatives, with P images present and U distinct texts."""

    images: torch.Tensor  # (P, 3, H, W) uint8, or (P, D) cached embeddings; those present, in row order
    tokens: torch.Tensor  # (U, L) int32
    ids: torch.Tensor  # (U,) int64, of each text one that it has in every batch and process
    texts: torch.Tensor  # (B, K+1) int64, the row of tokens of each text
    present: torch.Tensor  # (B, K+1) bool
    captions: torch.Tensor  # (B,) int64, the row of tokens of each anchor's whole caption; (0,) where not read


MOST_WORKERS = 16  # of one training process
DECODED = 2**28  # bytes of pixels kept in memory, over all workers
OPEN = 32  # files of images kept open, 1.7 MB each
Reader = Callable[[np.ndarray, Sequence[tuple[int, ...]]], torch.Tensor]  # rows (P,) and a seed each
Source = Callable[[], Reader]  # a reader cannot be sent to a process, what makes one can


def augmentation(crop: Sequence[float], flip: bool) -> Callable | None:
    """Random crop to `crop` (least and greatest share of the area) at the picture's own aspect, and mirroring.

    A function of uint8 (3, H, W) and a generator of random numbers to uint8 (3, H, W). Mirroring keeps
    relations: who does what to whom has no left and right. None where both are off (crop [1, 1], flip
    false).
    """
    return partial(augmented, crop=crop, flip=flip) if crop[0] < 1 or flip else None


def augmented(image: torch.Tensor, rng: np.random.Generator, crop: Sequence[float], flip: bool) -> torch.Tensor:
    """`image` (3, H, W) cropped and mirrored as `augmentation` says."""
    if crop[0] < 1:
        height, width = image.shape[-2:]
        side = rng.uniform(*crop) ** 0.5
        part = round(side * height), round(side * width)
        corner = rng.integers(height - part[0] + 1), rng.integers(width - part[1] + 1)
        image = v2.functional.resized_crop(image, *corner, *part, [height, width])  # (3, H, W)
    return image.flip(-1) if flip and rng.random() < 0.5 else image  # (3, H, W)


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
        return pq.ParquetFile(files[number])

    def read(row: int) -> pa.Buffer:
        group = np.searchsorted(first, row, side="right") - 1
        number = np.searchsorted(starts, group, side="right") - 1
        found = opened_file(number).read_row_group(group - starts[number], ["jpeg"], use_threads=False)
        return found["jpeg"][row - first[group]].as_buffer()

    return read


def pixel_reader(table: str | Path, transform: Callable, augment: Callable | None, memory: int = DECODED) -> Reader:
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


def load(  # noqa: PLR0913 - what a worker process is given once, bound by partial
    part: Part,
    images: np.ndarray,
    texts: np.ndarray,
    captions: np.ndarray,
    tokens: torch.Tensor,
    source: Source,
    seed: int,
) -> Batch:
    """The B tuples of `part`; what is random hangs on the seed and their places in the batch that it is of.

    `images` (N, K+1) holds rows of images, -1 where there is none; `texts` (N, K+1) rows of `tokens`
    (T, L), -1 beyond a set's negatives, all tuples of a batch being of one set; `captions` (N,) rows of
    tokens too, all -1 where the loss does not read them.
    """
    rows = part.rows
    width = (texts[rows[0]] >= 0).sum()  # K+1 of this set
    chosen, shown = texts[rows, :width], images[rows, :width]  # (B, K+1)
    places = np.flatnonzero(shown >= 0)  # (P,)
    seeds = [(seed, 3, part.batch, part.first * int(width) + place) for place in places.tolist()]
    whole = captions[rows][captions[rows] >= 0]  # (B,) or (0,)
    distinct, inverse = np.unique(np.concatenate([chosen.ravel(), whole]), return_inverse=True)  # (U,)
    inverse = torch.from_numpy(inverse)
    return Batch(
        opened(source)(shown.ravel()[places], seeds),
        tokens[torch.from_numpy(distinct)],
        torch.from_numpy(distinct),
        inverse[: chosen.size].view(chosen.shape),
        torch.from_numpy(shown >= 0),
        inverse[chosen.size :],
    )


def workers(wanted: int | Literal["auto"], device: torch.device) -> int:
    """How many processes decode images for this one: `wanted`; auto: none where the CPU trains, as it has no core to
    spare, otherwise one a core, shared by the training processes of this machine, but for one that feeds the device.
    """
    if wanted != "auto":
        return wanted
    if device.type == "cpu":
        return 0
    return max(1, min(MOST_WORKERS, cores() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) - 1))


def loader(parts: list[Part], workers: int, pin: bool, **how) -> DataLoader:
    """Batches of `parts` in order, `load`ed with `how` in `workers` processes, 0: in this one.

    The processes start by spawn: one that has threads, or has touched CUDA, must not fork.
    """
    return DataLoader(
        parts,
        batch_size=None,
        collate_fn=partial(load, **how),
        num_workers=workers,
        pin_memory=pin,
        prefetch_factor=4 if workers else None,
        multiprocessing_context="spawn" if workers else None,
    )


def copied(batches: Iterable[Batch], device: torch.device) -> Iterator[Batch]:
    """The same batches; where a CUDA GPU trains with their images on it, copied while the step before computes."""
    if device.type != "cuda":
        yield from batches
        return
    stream = torch.cuda.Stream(device)
    for batch in batches:
        with torch.cuda.stream(stream):
            images = batch.images.to(device, non_blocking=True)
        torch.cuda.current_stream(device).wait_stream(stream)
        images.record_stream(torch.cuda.current_stream(device))  # it is not to be written over before it is read
        yield batch._replace(images=images)
