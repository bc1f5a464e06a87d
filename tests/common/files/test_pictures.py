"""Every kind of picture file keeps its tones, or one line names it."""

import io
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from stages.common.files.errors import InputError
from stages.common.files.pictures import eight_bits, on_white, open_picture, picture_bytes, read_picture
from tests.project import ROOT, jpeg

RAMP = np.arange(256, dtype=np.uint8)[None].repeat(2, axis=0)  # (2, 256)


def saved(path, picture: Image.Image, **options) -> np.ndarray:
    """The pixels (H, W, 3) of `picture`, saved to `path` and opened."""
    picture.save(path, **options)
    opened = open_picture(path)
    assert opened.mode == "RGB"
    return np.asarray(opened)


def oriented(orientation: int, **tags: str) -> Image.Exif:
    """EXIF data with this orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    for name, value in tags.items():
        exif[ExifTags.Base[name]] = value
    return exif


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int = 8, color: int = 2, *chunks: bytes) -> bytes:
    """A PNG of a header, `chunks`, and pixels for one row."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(1 + min(width, 100) * 8)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + rows + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("1.png", Image.fromarray(RAMP.astype(np.uint16) * 257)),  # I;16
        ("1.tif", Image.fromarray(RAMP.astype(np.uint16) * 257)),
        ("1.tiff", Image.fromarray(RAMP.astype(">u2") * 257)),  # I;16B
        ("f.tif", Image.fromarray(RAMP.astype(np.float32) / 255)),  # from 0 to 1
        ("g.tif", Image.fromarray(RAMP.astype(np.float32))),  # from 0 to 255
        ("i.tif", Image.fromarray(RAMP.astype(np.int32) * 257)),  # I
        ("n.tif", Image.fromarray(RAMP.astype(np.float32) - 300)),  # negative: from least to greatest
        ("1.bmp", Image.fromarray(RAMP)),
        ("1.gif", Image.fromarray(RAMP)),
        ("p.png", Image.fromarray(RAMP).convert("P")),
    ],
)
def test_a_ramp_stays_a_ramp(tmp_path, name, picture):
    found = saved(tmp_path / name, picture)
    np.testing.assert_array_equal(found, RAMP[:, :, None].repeat(3, axis=2))


@pytest.mark.parametrize(
    ("kind", "modes"),
    [
        ("JPEG", "RGB L CMYK YCbCr 1"),
        ("PNG", "RGB L 1 P RGBA LA"),
        ("WEBP", "RGB RGBA L P"),
        ("GIF", "RGB L 1 P"),
        ("BMP", "RGB L 1 P RGBA"),
        ("TIFF", "RGB L CMYK YCbCr 1 P LAB RGBA LA PA RGBX"),
    ],
)
def test_white_stays_white_in_every_mode_of_every_format(tmp_path, kind, modes):
    for mode in modes.split():
        white = Image.new("RGB", (16, 16), "white")
        picture = Image.new("LAB", (16, 16), (255, 128, 128)) if mode == "LAB" else white.convert("RGBA").convert(mode)
        assert saved(tmp_path / "1", picture, format=kind).min() >= 253, mode


def transparent() -> dict[str, tuple[Image.Image, dict]]:
    """Pictures whose left half is transparent (over black) and whose right half is red or gray."""
    rgba = Image.new("RGBA", (8, 4), (0, 0, 0, 0))
    rgba.paste((200, 0, 0, 255), (4, 0, 8, 4))
    palette = Image.new("P", (8, 4), 0)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.paste(1, (4, 0, 8, 4))
    gray16 = Image.fromarray(np.array([[7] * 4 + [200 * 257] * 4] * 4, np.uint16))
    flat = rgba.convert("RGB")
    return {
        "rgba.png": (rgba, {}),
        "rgba.webp": (rgba, {"lossless": True}),
        "rgba.tif": (rgba, {}),
        "la.png": (rgba.convert("LA"), {}),
        "palette.png": (palette, {"transparency": 0}),
        "palettes.png": (palette, {"transparency": b"\x00\xff"}),
        "palette.gif": (palette, {"transparency": 0}),
        "key.png": (flat, {"transparency": (0, 0, 0)}),
        "graykey.png": (flat.convert("L"), {"transparency": 0}),
        "key1.png": (flat.convert("L").point(lambda v: 255 * (v > 9), "1"), {"transparency": 0}),
        "key16.png": (gray16, {"transparency": 7}),
    }


@pytest.mark.parametrize("name", transparent())
def test_transparency_goes_on_white(tmp_path, name):
    picture, options = transparent()[name]
    found = saved(tmp_path / name, picture, **options)
    assert (found[:, :4] == 255).all()
    opaque = picture.convert("RGBA") if picture.mode != "I;16" else Image.new("RGBA", (8, 4), (200, 200, 200, 255))
    np.testing.assert_array_equal(found[:, 4:], np.asarray(opaque)[:, 4:, :3])


@pytest.mark.parametrize("mode", ["La", "RGBa"])
def test_premultiplied_transparency_goes_on_white_too(mode):
    """As TIFFs of some programs have it, which Pillow reads and does not write."""
    picture = Image.new(mode.replace("a", "A"), (2, 2), 0).convert(mode)
    assert np.asarray(on_white(picture)).min() == 255


def test_half_transparent_black_on_white_is_gray(tmp_path):
    found = saved(tmp_path / "1.png", Image.new("RGBA", (2, 2), (0, 0, 0, 128)))
    assert (found == 127).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["1.png", "1.webp", "1.tif"])
def test_every_orientation_comes_out_upright(tmp_path, name, orientation):
    """A white corner, upper left, stored as by a camera held in each of the eight ways."""
    upright = np.zeros((4, 6, 3), np.uint8)
    upright[0, 0] = 255
    undone = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # of Image.Transpose
    stored = Image.fromarray(upright) if undone is None else Image.fromarray(upright).transpose(undone)
    options = {"lossless": True} if name.endswith("webp") else {}
    np.testing.assert_array_equal(saved(tmp_path / name, stored, exif=oriented(orientation), **options), upright)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path, orientation):
    assert saved(tmp_path / "1.jpg", Image.new("RGB", (6, 4)), exif=oriented(orientation)).shape == (4, 6, 3)


def test_the_first_frame_of_several_is_read(tmp_path):
    first, second = (Image.new("RGB", (4, 4), color) for color in ("white", "black"))
    for name in ("1.gif", "1.png", "1.webp", "1.tif", "1.mpo"):
        found = saved(tmp_path / name, first, save_all=True, append_images=[second])
        assert found.min() == 255, name


def test_plain_files_come_with_their_bytes(tmp_path):
    plain, turned = tmp_path / "plain.jpg", tmp_path / "turned.jpg"
    Image.new("RGB", (6, 4)).save(plain)
    Image.new("RGB", (6, 4)).save(turned, exif=oriented(6))
    assert read_picture(plain)[1] == picture_bytes(plain) == plain.read_bytes()
    assert read_picture(turned)[1] is None
    assert Image.open(io.BytesIO(picture_bytes(turned))).size == (4, 6)


NOT = "cannot be decoded as any of JPEG, PNG"
BOMB = "more than 100 megapixels; shrink it first"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"
LONG_TEXT = chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(80_000_000), 1))
DAMAGED = {
    "empty": (b"", NOT),
    "html": (b"<html><body>404</body></html>", NOT),
    "eps": (EPS, NOT),
    "ppm": (b"P6 1 1 255\n\0\0\0", NOT),
    "truncated jpeg": (jpeg(0, 64)[:900], "cannot be decoded"),
    "jpeg of a header": (jpeg(0, 64)[:20], "cannot be decoded"),
    "truncated png": (png(8, 8)[:-30], "cannot be decoded"),
    "too few rows": (png(8, 8), "cannot be decoded"),
    "wrong checksum": (png(8, 1).replace(b"IHDR\0\0\0\x08", b"IHDR\0\0\0\x09"), "cannot be decoded"),
    "no width": (png(0, 8), "cannot be decoded"),
    "bomb, 120 megapixels": (png(12_000, 10_000), BOMB),
    "bomb, 200 megapixels": (png(20_000, 10_000), BOMB),
    "bomb, 2 ** 62 pixels": (png(2**31 - 1, 2**31 - 1), BOMB),
    "long text": (png(8, 1, 8, 2, LONG_TEXT), "cannot be decoded"),
    "exif of no exif": (png(8, 1, 8, 2, chunk(b"eXIf", b"not exif at all")), "cannot be decoded"),
    "short tRNS": (png(8, 1, 8, 2, chunk(b"tRNS", b"\0")), "cannot be decoded"),
    "bmp of a header": (b"BM" + bytes(30), "cannot be decoded"),
    "gif of a header": (b"GIF89a\xff\xff\xff\xff\xf7", "cannot be decoded|megapixels"),
    "webp of a header": (b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0", "cannot be decoded"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_is_damaged_or_no_picture_is_one_line(tmp_path, name):
    content, message = DAMAGED[name]
    (tmp_path / "1.jpg").write_bytes(content)
    with pytest.raises(InputError, match=rf"1\.jpg.*({message})") as error:
        open_picture(tmp_path / "1.jpg")
    assert "\n" not in str(error.value) and " at 0x" not in str(error.value)


def test_bytes_changed_at_random_end_in_a_picture_or_in_one_line(tmp_path):
    """400 files of seven kinds, a few bytes of each replaced."""
    random, contents = np.random.default_rng(0), []
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "MPO"):
        buffer = io.BytesIO()
        options = {} if kind in ("BMP", "GIF") else {"exif": oriented(6, Make="maker")}
        options |= {"save_all": True, "append_images": [Image.new("RGB", (9, 7))]} if kind == "MPO" else {}
        Image.new("RGB", (12, 10), "red").save(buffer, kind, **options)
        contents.append(buffer.getvalue())
    for trial in range(400):
        content = bytearray(contents[trial % len(contents)])
        for place in random.integers(0, min(len(content), 300), 4):
            content[place] = random.integers(256)
        (tmp_path / "1.jpg").write_bytes(content)
        try:
            assert open_picture(tmp_path / "1.jpg").mode == "RGB"
        except InputError as error:
            assert "1.jpg" in str(error) and "\n" not in str(error)


def test_only_regular_files_are_opened_and_links_are_followed(tmp_path):
    Image.new("RGB", (6, 4), "white").save(tmp_path / "there.png")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "there.png")
    assert open_picture(tmp_path / "link.jpg").size == (6, 4)
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    (tmp_path / "dead.jpg").symlink_to("nowhere.png")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    for name, message in {
        "pipe.jpg": "pipe.jpg is a folder or not a regular file",
        "folder.jpg": "folder.jpg is a folder",
        "zero.jpg": "zero.jpg is a folder or not a regular file",
        "dead.jpg": "dead.jpg is a link to nowhere.png, which is missing; add the image",
        "loop.jpg": "loop.jpg' cannot be read",
        "none.jpg": "none.jpg is missing; add the image",
        "there.png/1.jpg": "1.jpg' cannot be read",
        "nul\0.jpg": "cannot be read",
        "half \ud800.jpg": "cannot be read",
        "long" * 100: "cannot be read",
    }.items():
        with pytest.raises(InputError, match=message):
            open_picture(tmp_path / name)


def test_a_file_of_absurd_size_is_not_read(tmp_path):
    with open(tmp_path / "1.jpg", "wb") as file:
        file.truncate(2**41)  # of holes alone
    with pytest.raises(InputError, match=r"1\.jpg has more than 1024 MiB"):
        open_picture(tmp_path / "1.jpg")


def test_pillow_prints_no_warnings(tmp_path):
    """Neither of a large picture nor of a damaged one: the error is one line."""
    (tmp_path / "1.png").write_bytes(png(12_000, 10_000))
    code = "from stages.common.files.errors import run_stage; from stages.common.files.pictures import open_picture\n"
    code += "run_stage(lambda arguments: open_picture(arguments[0]))"
    command, environment = [sys.executable, "-c", code, "1.png"], {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == "error: 1.png has more than 100 megapixels; shrink it first\n"


def test_infinite_and_missing_values_do_not_hide_the_others():
    assert eight_bits(np.array([[np.nan, np.inf, 0.5, -np.inf]])).tolist() == [[0, 255, 128, 0]]
    assert eight_bits(np.full((1, 2), np.nan)).tolist() == [[0, 0]]
    assert eight_bits(np.full((1, 2), -3)).tolist() == [[0, 0]]
    assert eight_bits(np.array([[-2.0, np.nan, 0.0]])).tolist() == [[0, 0, 255]]
