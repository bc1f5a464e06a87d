"""Batches are the same with any number of workers and, joined, with any number of processes."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import torch

from stages.common.clip.embed import pixel_reader
from stages.common.files.errors import InputError
from stages.common.training.batches import (
    Examples,
    Shard,
    as_rows,
    check_divisible,
    copied_ahead,
    load,
    loader,
    shard_batches,
    worker_count,
)
from stages.common.training.images import ImageData, augmented, table_pixels
from tests.project import jpeg, tiny_clip, write_jpegs

CPU, GPU = torch.device("cpu"), torch.device("cuda")
NEEDS_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")
JPEGS = [jpeg(i, 20) for i in range(8)]
FOLDER = TemporaryDirectory()
TABLE = write_jpegs(Path(FOLDER.name), JPEGS[:4], JPEGS[4:])
TRANSFORM = tiny_clip().transform
IMAGES = np.array([[0, 1, 2], [3, -1, -1], [4, 5, -1], [6, 7, -1]])  # the last two of a set with one negative
TEXTS = np.array([[0, 1, 2], [0, 2, 1], [3, 0, -1], [1, 2, -1]])
CAPTIONS = np.array([2, 3, 1, 0])
TOKENS = torch.arange(12, dtype=torch.int32).view(4, 3)
CHANGED = partial(augmented, crop=[0.5, 0.9], flip=True)


def collate(augment=None, captions=CAPTIONS) -> partial:
    """From a shard of the examples above to its batch."""
    examples = Examples(np.repeat(["dynamic", "swapped"], 2), IMAGES, TEXTS, captions)
    reader = partial(table_pixels, TABLE, TRANSFORM, augment)
    return partial(load, examples=examples, tokens=TOKENS, open_reader=reader, seed=0)


def shard(number: int, *rows: int) -> Shard:
    return Shard(number, 0, np.array(rows))


def same(one, other) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_examples_as_rows_of_images_and_of_distinct_tokens():
    """The tokens of a text are its length and its first letter: "b cat" and "b dog" are one row."""

    def tokenizer(texts: list[str]) -> torch.Tensor:
        return torch.tensor([[len(text), ord(text[0])] for text in texts])

    images = ImageData("images", pd.Index([50, 70, 60]), None, None, None, 0)
    sets, captions = np.array(["swapped"] * 2), np.array(["b dog", "a"], object)
    texts = np.array([["a", "b cat"], ["b dog", None]], object)
    train = Examples(sets, np.array([[50, 60], [60, -1]]), texts, captions)
    val = Examples(sets, np.array([[70, 50], [70, 70]]), texts[::-1], np.full(2, None))
    rows, tokens = as_rows({"train": train, "val": val}, images, tokenizer)
    assert tokens.tolist() == [[1, ord("a")], [5, ord("b")]] and tokens.dtype == torch.int32
    assert rows["train"].images.tolist() == [[0, 2], [2, -1]] and rows["val"].images.tolist() == [[1, 0], [1, 1]]
    assert rows["train"].texts.tolist() == [[0, 1], [1, -1]] and rows["val"].texts.tolist() == [[1, -1], [0, 1]]
    assert rows["train"].captions.tolist() == [1, 0] and rows["val"].captions.tolist() == [-1, -1]
    with pytest.raises(InputError, match="images lacks .*99"):
        as_rows({"train": train._replace(images=np.array([[50, 99]] * 2))}, images, tokenizer)


def test_a_batch_holds_present_images_and_distinct_texts():
    found = collate()(shard(0, 1, 0))
    assert found.present.tolist() == [[True, False, False], [True, True, True]]
    assert found.images.shape == (4, 3, 16, 16)
    assert torch.equal(found.images[1], pixel_reader(TRANSFORM)(JPEGS[0]))
    assert found.tokens[found.texts].tolist() == TOKENS[torch.tensor([[0, 2, 1], [0, 1, 2]])].tolist()
    assert TOKENS[found.ids].tolist() == found.tokens.tolist()
    narrow = collate()(shard(0, 2, 3))
    assert narrow.present.tolist() == [[True, True], [True, True]]
    assert len(narrow.tokens) == 4


def test_a_batch_holds_the_anchors_captions_where_the_loss_reads_them():
    found = collate()(shard(0, 1, 0))
    assert torch.equal(found.tokens[found.captions], TOKENS[[3, 2]])
    assert len(found.tokens) == 4
    without = collate(captions=np.full(4, -1))(shard(0, 1, 0))
    assert without.captions.shape == (0,)
    assert len(without.tokens) == 3


def test_workers_change_neither_order_nor_content():
    shards = [shard(i, i % 2, (i + 1) % 2) for i in range(6)]
    one, two = (list(loader(shards, collate(CHANGED), count, CPU)) for count in (0, 2))
    assert len(one) == len(two) == 6
    assert all(same(a, b) for a, b in zip(one, two, strict=True))


@NEEDS_GPU
def test_batches_copied_to_the_gpu_are_the_same():
    loaded = [collate()(one) for one in (shard(0, 0, 1), shard(1, 2, 3))]
    found = list(copied_ahead(iter(loaded), GPU))
    assert [one.images.device.type for one in found] == ["cuda"] * 2
    assert all(same(one._replace(images=one.images.cpu()), other) for one, other in zip(found, loaded, strict=True))


def test_the_shards_of_two_processes_are_the_whole():
    rows = np.array([0, 1, 1, 0])
    whole = collate(CHANGED)(Shard(3, 0, rows))
    halves = [collate(CHANGED)(one) for rank in (0, 1) for one in shard_batches([(3, rows)], 1, rank, 2)]
    assert torch.equal(torch.cat([half.images for half in halves]), whole.images)
    assert torch.equal(torch.cat([half.present for half in halves]), whole.present)
    for name in ("texts", "captions"):
        tokens = torch.cat([half.tokens[getattr(half, name)] for half in halves])
        assert torch.equal(tokens, whole.tokens[getattr(whole, name)])


def test_augmentation_is_new_each_batch():
    first, again, second = (collate(CHANGED)(shard(number, 0)).images for number in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_a_batch_that_does_not_divide_is_refused():
    check_divisible(64, accumulate=2, processes=8)
    with pytest.raises(InputError, match="64 is not divisible by run.processes 3 x train.accumulate 2 = 6; 66 is"):
        check_divisible(64, accumulate=2, processes=3)


def test_workers_where_a_gpu_trains(monkeypatch):
    """8 cores: 7 for one process; 3 for each of two; none beside a CPU that trains; what is asked for otherwise."""
    monkeypatch.setattr("stages.common.training.batches.cores", lambda: 8)
    found = [worker_count("auto", CPU), worker_count("auto", GPU), worker_count(3, CPU), worker_count(0, GPU)]
    assert found == [0, 7, 3, 0]
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert worker_count("auto", GPU) == 3
    monkeypatch.setattr("stages.common.training.batches.cores", lambda: 224)
    assert worker_count("auto", GPU) == 16
