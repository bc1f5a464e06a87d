"""Batches are the same with any number of workers and, joined, with any number of processes."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import open_clip
import pytest
import torch

from stages.common.clip.embed import decode, picture, pixel_encoder
from stages.common.training.images import loader, pixel_reader
from stages.train.batches import Part, own_parts
from stages.common.training.batches import augmentation, copied, load
from tests.project import SCALING, jpeg, tiny_model, write_jpegs

TRANSFORM = open_clip.transform.image_transform((16, 16), is_train=False, **SCALING)
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU here")
JPEGS = [jpeg(i, 20) for i in range(8)]
FOLDER = TemporaryDirectory()
TABLE = write_jpegs(Path(FOLDER.name), JPEGS[:4], JPEGS[4:])
IMAGES = np.array([[0, 1, 2], [3, -1, -1], [4, 5, -1], [6, 7, -1]])  # the last two of a set with one negative
TEXTS = np.array([[0, 1, 2], [0, 2, 1], [3, 0, -1], [1, 2, -1]])
CAPTIONS = np.array([2, 3, 1, 0])
TOKENS = torch.arange(12, dtype=torch.int32).view(4, 3)


def how(augment=None, captions=CAPTIONS) -> dict:
    source = partial(pixel_reader, TABLE, TRANSFORM, augment)
    rows = {"images": IMAGES, "texts": TEXTS, "captions": captions, "tokens": TOKENS}
    return rows | {"source": source, "seed": 0}


def batch(number: int, *rows: int) -> Part:
    return Part(number, 0, np.array(rows))


def same(one, other) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_batch_holds_present_images_and_distinct_texts():
    found = load(batch(0, 1, 0), **how())
    assert found.present.tolist() == [[True, False, False], [True, True, True]]
    assert found.images.shape == (4, 3, 16, 16)
    assert torch.equal(found.images[1], picture(TRANSFORM)(JPEGS[0]))
    assert found.tokens[found.texts].tolist() == TOKENS[torch.tensor([[0, 2, 1], [0, 1, 2]])].tolist()
    narrow = load(batch(0, 2, 3), **how())
    assert narrow.present.tolist() == [[True, True], [True, True]]
    assert len(narrow.tokens) == 4


def test_a_batch_holds_the_anchors_captions_where_the_loss_reads_them():
    found = load(batch(0, 1, 0), **how())
    assert torch.equal(found.tokens[found.captions], TOKENS[[3, 2]])
    assert len(found.tokens) == 4
    without = load(batch(0, 1, 0), **how(captions=np.full(4, -1)))
    assert without.captions.shape == (0,)
    assert len(without.tokens) == 3


def test_pixels_scaled_on_the_device_are_open_clips(monkeypatch):
    """uint8 pixels, then (x / 255 - mean) / std in the encoder: what open_clip's transform gives."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)  # single precision
    model, _ = tiny_model()
    whole = TRANSFORM(decode(JPEGS[0]))[None]
    pixels = picture(TRANSFORM)(JPEGS[0])[None]
    ours = pixel_encoder(model)(pixels)
    torch.testing.assert_close(ours, model.encode_image(whole, normalize=True), atol=1e-6, rtol=0)


def test_workers_change_neither_order_nor_content():
    parts = [batch(i, i % 2, (i + 1) % 2) for i in range(6)]
    augment = augmentation([0.5, 0.9], flip=True)
    one, two = (list(loader(parts, partial(load, **how(augment)), count, False)) for count in (0, 2))
    assert len(one) == len(two) == 6
    assert all(same(a, b) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=GPU)])
def test_batches_copied_to_the_device_are_the_same(device):
    loaded = list(loader([batch(0, 0, 1), batch(1, 2, 3)], partial(load, **how()), 0, device == "cuda"))
    found = list(copied(iter(loaded), torch.device(device)))
    assert [one.images.device.type for one in found] == [device] * 2
    assert all(same(one._replace(images=one.images.cpu()), other) for one, other in zip(found, loaded, strict=True))


def test_a_picture_read_again_is_the_same_and_not_the_augmented_one():
    read = pixel_reader(TABLE, TRANSFORM, augmentation([1.0, 1.0], flip=True))
    plain = picture(TRANSFORM)(JPEGS[0])
    found = [read(np.array([0]), [(seed,)])[0] for seed in range(8)]
    assert all(torch.equal(one, plain) or torch.equal(one, plain.flip(-1)) for one in found)
    assert 0 < sum(torch.equal(one, plain) for one in found) < 8


def test_the_parts_of_two_processes_are_the_whole():
    rows, augment = np.array([0, 1, 1, 0]), augmentation([0.5, 0.9], flip=True)
    whole = load(Part(3, 0, rows), **how(augment))
    halves = [load(part, **how(augment)) for rank in (0, 1) for part in own_parts([(3, rows)], 1, rank, 2)]
    assert torch.equal(torch.cat([half.images for half in halves]), whole.images)
    assert torch.equal(torch.cat([half.present for half in halves]), whole.present)
    for name in ("texts", "captions"):
        tokens = torch.cat([half.tokens[getattr(half, name)] for half in halves])
        assert torch.equal(tokens, whole.tokens[getattr(whole, name)])


def test_augmentation_is_new_each_batch_and_off_by_default():
    assert augmentation([1.0, 1.0], flip=False) is None
    augment = augmentation([0.5, 0.9], flip=True)
    first, again, second = (load(batch(number, 0), **how(augment)).images for number in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_flip_alone_mirrors_or_leaves():
    plain = load(batch(0, 0), **how()).images
    flipped = load(batch(0, 0), **how(augmentation([1.0, 1.0], flip=True))).images
    assert all(torch.equal(a, b) or torch.equal(a, b.flip(-1)) for a, b in zip(plain, flipped, strict=True))


def test_a_crop_is_a_part_blown_up():
    """Of a ramp 0 to 15 from left to right a quarter of the area, 8 columns: no more than 8 of its steps."""
    ramp = torch.arange(16, dtype=torch.uint8).expand(3, 16, 16)
    augment = augmentation([0.25, 0.25], flip=False)
    for seed in range(20):
        part = augment(ramp, np.random.default_rng(seed))
        assert part.shape == ramp.shape
        assert 6 <= int(part.max()) - int(part.min()) <= 7
