"""From rows of examples to batches of tensors: read, decoded and augmented by worker processes."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader

from stages.common.files.errors import InputError
from stages.common.files.executor import cores
from stages.common.files.tables import rows_of
from stages.common.training.images import ImageData, OpenReader, opened

MAX_WORKERS = 16  # of one training process


class Examples(NamedTuple):
    """N tuples of one split. A pair of an image and its caption, as base trains on, is a tuple without negatives."""

    sets: np.ndarray  # (N,) names
    images: np.ndarray  # (N, K+1) image ids, -1 where there is none; after `as_rows` rows of images
    texts: np.ndarray  # (N, K+1) str, None beyond a set's negatives; after `as_rows` rows of tokens, or -1
    captions: np.ndarray  # (N,) str, the anchors' whole captions, None where they are not read; likewise


def as_rows(
    examples: dict[str, Examples], images: ImageData, tokenizer: Callable
) -> tuple[dict[str, Examples], torch.Tensor]:
    """The examples of each split with rows of images and of tokens, and these tokens (T, L), each distinct row once."""
    columns = [column.ravel() for split in examples.values() for column in (split.texts, split.captions)]
    texts = pd.Index(np.concatenate(columns), dtype=object).dropna().unique()  # (T',)
    tokens, row = torch.unique(tokenizer(texts.tolist()).int(), dim=0, return_inverse=True)  # (T, L), (T',)
    row = np.append(row.numpy(), -1)  # (T' + 1,), the last one for no text
    rows = {}
    for name, split in examples.items():
        text, caption = (texts.get_indexer(column.ravel()) for column in (split.texts, split.captions))
        image = rows_of(split.images, images.ids, images.path)  # (N, K+1)
        rows[name] = Examples(split.sets, image, row[text].reshape(split.texts.shape), row[caption])
    return rows, tokens


class Shard(NamedTuple):
    """Examples of one batch that are encoded at once."""

    batch: int  # its number
    first: int  # the shard's first place in it
    rows: np.ndarray  # (B,) of examples


class Batch(NamedTuple):
    """B tuples of an anchor and K negatives, with P images present and U distinct texts."""

    images: torch.Tensor  # (P, 3, H, W) uint8, or features (P, W): those present, in row order
    tokens: torch.Tensor  # (U, L) int32
    ids: torch.Tensor  # (U,) int64, a text's number, the same in every batch and process
    texts: torch.Tensor  # (B, K+1) int64, the row of `tokens` of each text
    present: torch.Tensor  # (B, K+1) bool
    captions: torch.Tensor  # (B,) int64, the row of `tokens` of each anchor's whole caption; (0,) where not read


def check_divisible(batch_size: int, accumulate: int, processes: int) -> None:
    """InputError where a batch cannot be divided into `accumulate` equal shards for each process."""
    count = processes * accumulate
    if batch_size % count:
        raise InputError(
            f"params.yaml: train.batch_size {batch_size} is not divisible by run.processes {processes} x "
            f"train.accumulate {accumulate} = {count}; {-(-batch_size // count) * count} is"
        )


def shard_batches(batches: Iterable[tuple[int, np.ndarray]], accumulate: int, rank: int, world: int) -> list[Shard]:
    """What process `rank` of `world` encodes of numbered batches, rows (B,) each: `accumulate` shards of each.

    Shards have equal size, which must divide B; in the order of ranks they make up the batch.

    >>> [shard.rows.tolist() for shard in shard_batches([(0, np.arange(8))], accumulate=2, rank=1, world=2)]
    [[4, 5], [6, 7]]
    """
    shards = []
    for number, rows in batches:
        size = len(rows) // (world * accumulate)
        firsts = range(rank * accumulate * size, (rank + 1) * accumulate * size, size)
        shards += [Shard(number, first, rows[first : first + size]) for first in firsts]
    return shards


def load(shard: Shard, examples: Examples, tokens: torch.Tensor, open_reader: OpenReader, seed: int) -> Batch:
    """The batch of a shard; random changes depend on the seed and a picture's place in the whole batch.

    `examples` holds rows, as by `as_rows`; all tuples of a shard are of one set, or equally wide.
    """
    rows = shard.rows
    width = (examples.texts[rows[0]] >= 0).sum()  # K+1 of this set
    texts, images = examples.texts[rows, :width], examples.images[rows, :width]  # (B, K+1)
    places = np.flatnonzero(images >= 0)  # (P,)
    seeds = [(seed, 3, shard.batch, shard.first * int(width) + place) for place in places.tolist()]
    captions = examples.captions[rows][examples.captions[rows] >= 0]  # (B,) or (0,)
    distinct, inverse = np.unique(np.concatenate([texts.ravel(), captions]), return_inverse=True)  # (U,)
    token_rows = torch.from_numpy(inverse)  # (B * (K+1) + B,)
    return Batch(
        opened(open_reader)(images.ravel()[places], seeds),
        tokens[torch.from_numpy(distinct)],
        torch.from_numpy(distinct),
        token_rows[: texts.size].view(texts.shape),
        torch.from_numpy(images >= 0),
        token_rows[texts.size :],
    )


def worker_count(wanted: int | Literal["auto"], device: torch.device) -> int:
    """How many processes decode images for this one.

    auto: none where the CPU trains, as it has no core to spare; else one a core, shared by the training processes of
    this machine, less one that feeds the device.
    """
    if wanted != "auto":
        return wanted
    if device.type == "cpu":
        return 0
    return max(1, min(MAX_WORKERS, cores() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")) - 1))


def loader(
    shards: Sequence[Shard], collate: Callable[[Shard], Batch], workers: int, device: torch.device
) -> Iterator[Batch]:
    """The batch of each shard in order, made by `workers` processes (0: by this one), with images on a CUDA device."""
    batches: DataLoader[Batch] = DataLoader(
        shards,  # type: ignore[arg-type]
        batch_size=None,
        collate_fn=collate,  # type: ignore[arg-type]
        num_workers=workers,
        pin_memory=device.type == "cuda",
        prefetch_factor=4 if workers else None,
        multiprocessing_context="spawn" if workers else None,  # a process with threads or CUDA must not fork
    )
    return copied_ahead(batches, device) if device.type == "cuda" else iter(batches)


def copied_ahead(batches: Iterable[Batch], device: torch.device) -> Iterator[Batch]:
    """The same batches with their images on a CUDA device, copied while it computes the step before."""
    stream = torch.cuda.Stream(device)
    for batch in batches:
        with torch.cuda.stream(stream):
            images = batch.images.to(device, non_blocking=True)
        torch.cuda.current_stream(device).wait_stream(stream)
        images.record_stream(torch.cuda.current_stream(device))  # keeps its memory from being reused too early
        yield batch._replace(images=images)
