"""Photographs become JPEGs of a bounded short side; what cannot is named."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from stages.captions.shrink import shrink
from stages.common.files.errors import InputError
from stages.common.files.pictures import read_picture


def jpeg(width: int, height: int) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def test_missing_image_is_named(tmp_path):
    with pytest.raises(InputError, match=r"1\.jpg is missing; add the image"):
        shrink(tmp_path / "1.jpg", 96)


def test_truncated_jpeg_is_named(tmp_path):
    (tmp_path / "1.jpg").write_bytes(jpeg(64, 64)[:900])
    with pytest.raises(InputError, match=r"1\.jpg cannot be decoded"):
        shrink(tmp_path / "1.jpg", 96)


def test_text_in_place_of_a_picture_is_named(tmp_path):
    (tmp_path / "1.jpg").write_text("not a picture", encoding="utf-8")
    with pytest.raises(InputError, match=r"1\.jpg cannot be decoded"):
        shrink(tmp_path / "1.jpg", 96)


def test_shrinks_the_short_side_and_keeps_small_bytes(tmp_path):
    (tmp_path / "large.jpg").write_bytes(jpeg(400, 200))
    (tmp_path / "small.jpg").write_bytes(jpeg(80, 60))
    assert shrink(tmp_path / "large.jpg", 96)[:2] == (192, 96)
    assert shrink(tmp_path / "small.jpg", 96) == (80, 60, jpeg(80, 60))


def test_a_large_jpeg_that_is_decoded_at_a_fraction_stays_as_good(tmp_path):
    """Of a smooth picture with detail: nearer to what full decoding gives than JPEG's own loss lets it be."""
    rng = np.random.default_rng(0)
    layers = [rng.integers(256, size=(n, n, 3), dtype=np.uint8) for n in (4, 16, 64, 256)]
    layers = [np.asarray(Image.fromarray(layer).resize((1600, 1200), Image.Resampling.BICUBIC)) for layer in layers]
    photo = Image.fromarray(np.average(layers, axis=0, weights=(8, 4, 2, 1)).astype(np.uint8))
    photo.save(tmp_path / "1.jpg", quality=95)
    assert read_picture(tmp_path / "1.jpg", 96)[0].size == (400, 300)
    whole = read_picture(tmp_path / "1.jpg")[0].resize((128, 96), Image.Resampling.BICUBIC)
    width, height, content = shrink(tmp_path / "1.jpg", 96)
    assert (width, height) == whole.size
    encoded = io.BytesIO()
    whole.save(encoded, "JPEG", quality=92)
    ours, plain = (np.asarray(Image.open(file), float) for file in (io.BytesIO(content), encoded))
    assert np.abs(ours - plain).mean() < np.abs(plain - np.asarray(whole, float)).mean()


def test_a_gray_ramp_of_16_bits_stays_a_ramp(tmp_path):
    """White but for its first pixels when its tones were cut in place of scaled."""
    Image.fromarray(np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(64, axis=0)).save(tmp_path / "1.png")
    *_, content = shrink(tmp_path / "1.png", 64)
    row = np.asarray(Image.open(io.BytesIO(content)).convert("L"))[0].astype(int)
    assert np.abs(row - np.linspace(0, 255, 64)).max() < 8


def test_what_is_transparent_is_white_and_a_turned_photograph_upright(tmp_path):
    Image.new("RGBA", (16, 8), (0, 0, 0, 0)).save(tmp_path / "1.png")
    width, height, content = shrink(tmp_path / "1.png", 64)
    assert (width, height) == (16, 8) and np.asarray(Image.open(io.BytesIO(content))).min() > 250
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (16, 8)).save(tmp_path / "1.jpg", exif=exif)
    assert shrink(tmp_path / "1.jpg", 64)[:2] == (8, 16)


def test_a_header_of_400_megapixels_is_refused(tmp_path):
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (tmp_path / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT\0\0\0\0")
    with pytest.raises(InputError, match=r"1\.png has more than 100 megapixels; shrink it first"):
        shrink(tmp_path / "1.png", 96)


def test_a_picture_too_long_for_a_jpeg_is_refused(tmp_path):
    Image.new("RGB", (70_000, 10)).save(tmp_path / "1.png")
    with pytest.raises(InputError, match=r"1\.png has 70000x10 pixels, too long for a JPEG; crop it"):
        shrink(tmp_path / "1.png", 96)


def test_a_thin_picture_keeps_a_pixel(tmp_path):
    Image.new("RGB", (900, 1)).save(tmp_path / "1.png")
    assert shrink(tmp_path / "1.png", 96)[:2] == (900, 1)
