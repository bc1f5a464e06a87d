"""Images of a table, read when they are needed, changed at random or computed once."""

import numpy as np
import pytest
import torch

from stages.common.clip.embed import pixel_reader
from stages.common.clip.frozen_tower import FrozenTower
from stages.common.files.errors import InputError
from stages.common.files.tables import table_files
from stages.common.training.images import (
    augmented,
    backbone_images,
    jpeg_reader,
    read_images,
)
from tests.project import jpeg, tiny_clip, write_jpegs


@pytest.fixture
def clip(tmp_path, monkeypatch):
    """A model in a folder with three images in data/captions/images: parts of two, none and one."""
    monkeypatch.chdir(tmp_path)
    jpegs = [jpeg(i, 16 + i) for i in range(3)]
    write_jpegs(tmp_path / "data/captions", jpegs[:2], [], jpegs[2:])
    return tiny_clip()


def test_a_row_is_found_in_its_part_and_row_group(tmp_path):
    """Parts of 20, 0 and 3 images in row groups of 16."""
    jpegs = [jpeg(i) for i in range(23)]
    read = jpeg_reader(write_jpegs(tmp_path, jpegs[:20], [], jpegs[20:]))
    assert [bytes(read(row)) for row in (22, 0, 15, 16, 19, 20)] == [jpegs[i] for i in (22, 0, 15, 16, 19, 20)]


def test_a_damaged_picture_ends_the_run_with_its_file_in_one_line(tmp_path):
    """A byte in the middle of the only part, amid the JPEGs, is another."""
    (path,) = table_files(write_jpegs(tmp_path, [jpeg(i) for i in range(16)]))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="part-00000.parquet is not a Parquet file, or damaged"):
        jpeg_reader(path.parent)(0)


def test_pixels_are_augmented_by_their_seeds_and_plain_where_they_are_validated(clip):
    images, rows, seeds = read_images(clip, 0, "none", "train", [0.5, 0.9], flip=True), np.array([2, 0]), [(0,), (1,)]
    plain = torch.stack([pixel_reader(clip.transform)(jpeg(i, 16 + i)) for i in (2, 0)])  # (2, 3, 16, 16)
    assert images.ids.tolist() == [0, 1, 2] and torch.equal(images.open_plain()(rows, seeds), plain)
    read = images.open_reader()
    assert torch.equal(read(rows, seeds), read(rows, seeds)) and not torch.equal(read(rows, seeds), plain)
    expected = augmented(plain[1], np.random.default_rng((1,)), [0.5, 0.9], True)
    assert torch.equal(read(rows, seeds)[1], expected)
    unchanged = read_images(clip, 0, "none", "base")
    assert unchanged.open_plain is unchanged.open_reader and torch.equal(unchanged.open_reader()(rows, seeds), plain)


def test_flip_alone_mirrors_or_leaves():
    plain = torch.arange(48, dtype=torch.uint8).view(3, 4, 4)
    found = [augmented(plain, np.random.default_rng(seed), [1.0, 1.0], True) for seed in range(8)]
    assert all(torch.equal(one, plain) or torch.equal(one, plain.flip(-1)) for one in found)
    assert 0 < sum(torch.equal(one, plain) for one in found) < 8


def test_a_crop_is_a_part_blown_up():
    """Of a ramp 0 to 15 from left to right a quarter of the area, 8 columns: no more than 8 of its steps."""
    ramp = torch.arange(16, dtype=torch.uint8).expand(3, 16, 16)
    for seed in range(20):
        part = augmented(ramp, np.random.default_rng(seed), [0.25, 0.25], False)
        assert part.shape == ramp.shape
        assert 6 <= int(part.max()) - int(part.min()) <= 7


def test_features_of_a_backbone_are_computed_a_part_at_a_time(clip):
    """The feature of a picture here is its size in bytes."""
    jpegs, asked = [jpeg(i, 16 + i) for i in range(3)], []

    def features(pictures):
        asked.append(pictures)
        return torch.tensor([[float(len(content))] for content in pictures])

    images = backbone_images(FrozenTower(features, torch.neg))
    assert asked == [jpegs[:2], jpegs[2:]] and images.ids.tolist() == [0, 1, 2]
    assert images.open_reader()(np.array([2, 0]), []).tolist() == [[len(jpegs[2])], [len(jpegs[0])]]
    assert images.encode(torch.ones(1)).item() == -1


def test_without_features_the_stage_that_makes_them_is_named(clip):
    with pytest.raises(InputError, match="data/features/base is missing; run `dvc repro` to make it"):
        read_images(clip, 0, "image", "train")
