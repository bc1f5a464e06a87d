"""Photographs become JPEGs of a bounded short side."""

import io

import numpy as np
import pytest
from PIL import Image

from stages.captions.part import images_part, shrink
from stages.common.files.errors import InputError
from stages.common.files.pictures import read_picture
from tests.project import jpeg


def shrunk(path, short_side: int) -> Image.Image:
    return Image.open(io.BytesIO(shrink(path, short_side)))


def test_the_short_side_is_bounded_and_a_small_jpeg_keeps_its_bytes(tmp_path):
    Image.new("RGB", (400, 200)).save(tmp_path / "large.jpg")
    (tmp_path / "small.jpg").write_bytes(jpeg(0, 60))
    table = images_part([(7, tmp_path / "large.jpg"), (-1, tmp_path / "small.jpg")], 96)
    large, small = table["jpeg"].to_pylist()
    assert table["image_id"].to_pylist() == [7, -1]
    assert Image.open(io.BytesIO(large)).size == (192, 96) and small == jpeg(0, 60)


def test_a_large_jpeg_that_is_decoded_at_a_fraction_stays_as_good(tmp_path):
    """Of a smooth picture with detail: nearer to what full decoding gives than JPEG's own loss lets it be."""
    rng = np.random.default_rng(0)
    layers = [rng.integers(256, size=(n, n, 3), dtype=np.uint8) for n in (4, 16, 64, 256)]
    layers = [np.asarray(Image.fromarray(layer).resize((1600, 1200), Image.Resampling.BICUBIC)) for layer in layers]
    photograph = Image.fromarray(np.average(layers, axis=0, weights=(8, 4, 2, 1)).astype(np.uint8))
    photograph.save(tmp_path / "1.jpg", quality=95)
    assert read_picture(tmp_path / "1.jpg", 96)[0].size == (400, 300)
    whole = read_picture(tmp_path / "1.jpg")[0].resize((128, 96), Image.Resampling.BICUBIC)
    encoded = io.BytesIO()
    whole.save(encoded, "JPEG", quality=92)
    ours, plain = (np.asarray(picture, float) for picture in (shrunk(tmp_path / "1.jpg", 96), Image.open(encoded)))
    assert ours.shape == plain.shape
    assert np.abs(ours - plain).mean() < np.abs(plain - np.asarray(whole, float)).mean()


def test_transparency_becomes_white_and_a_turned_photograph_upright(tmp_path):
    Image.new("RGBA", (16, 8), (0, 0, 0, 0)).save(tmp_path / "1.png")
    white = shrunk(tmp_path / "1.png", 64)
    assert white.format == "JPEG" and white.size == (16, 8) and np.asarray(white).min() > 250
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (16, 8)).save(tmp_path / "1.jpg", exif=exif)
    assert shrunk(tmp_path / "1.jpg", 64).size == (8, 16)


def test_a_picture_too_long_for_a_jpeg_is_refused(tmp_path):
    Image.new("RGB", (70_000, 10)).save(tmp_path / "1.png")
    with pytest.raises(InputError, match=r"1\.png has 70000x10 pixels, too long for a JPEG; crop it"):
        shrink(tmp_path / "1.png", 96)


def test_a_thin_picture_keeps_a_pixel(tmp_path):
    Image.new("RGB", (900, 1)).save(tmp_path / "1.png")
    assert shrunk(tmp_path / "1.png", 96).size == (900, 1)
    Image.new("RGB", (3, 900)).save(tmp_path / "2.png")
    assert shrunk(tmp_path / "2.png", 1).size == (1, 300)
