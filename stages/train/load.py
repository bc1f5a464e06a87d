"""From rows of tuples to tensors: read, decoded and augmented in worker processes, the same with any number."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torchvision.transforms import v2

from stages.common.training.reading import Source, opened
from stages.train.batches import Part


class Batch(NamedTuple):
    """B tuples of an anchor and K negatives, with P images present and U distinct texts."""

    images: torch.Tensor  # (P, 3, H, W) uint8, or (P, D) cached embeddings; those present, in row order
    tokens: torch.Tensor  # (U, L) int32
    ids: torch.Tensor  # (U,) int64, of each text one that it has in every batch and process
    texts: torch.Tensor  # (B, K+1) int64, the row of tokens of each text
    present: torch.Tensor  # (B, K+1) bool
    captions: torch.Tensor  # (B,) int64, the row of tokens of each anchor's whole caption; (0,) where not read


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
