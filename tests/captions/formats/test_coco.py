"""Bad input is named, with its remedy; good input keeps its pixels."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from stages.captions.formats.coco import read, read_annotations, shrink
from stages.captions.photo import number
from stages.common.errors import InputError


def write(path, content) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def dataset(**changes) -> dict:
    return {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "annotations": [{"id": 10, "image_id": 1, "caption": "A dog chasing a cat."}],
    } | changes


def jpeg(width: int, height: int) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def test_reads_images_and_annotations(tmp_path):
    write(tmp_path / "a.json", dataset())
    images, annotations = read_annotations(tmp_path / "a.json")
    assert [image["file_name"] for image in images] == ["1.jpg"]
    assert [annotation["caption"] for annotation in annotations] == ["A dog chasing a cat."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (dataset(annotations=[{"id": 10, "image_id": 2, "caption": "A dog."}]), r"annotations\[0\].*image_id 2"),
        (dataset(annotations=[{"id": 10, "image_id": 1, "caption": "  "}]), r"annotations\[0\].*caption is empty"),
        (dataset(annotations=[{"id": 10, "image_id": 1}]), r"annotations\[0\].*'caption' is missing"),
        (dataset(images=[{"id": 1.5, "file_name": "1.jpg"}]), r"images\[0\].*'id' is missing or not a number or a text"),
        (dataset(images=dataset()["images"] * 2), r"images\[1\]: id 1 occurs twice"),
        ([], "no list 'images'"),
    ],
)
def test_names_the_broken_entry(tmp_path, content, message):
    write(tmp_path / "a.json", content)
    with pytest.raises(InputError, match=message) as error:
        read_annotations(tmp_path / "a.json")
    assert "a.json" in str(error.value)


def test_malformed_json_is_named(tmp_path):
    (tmp_path / "a.json").write_text('{"images": [', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json is not valid JSON"):
        read_annotations(tmp_path / "a.json")


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


def test_texts_as_ids_become_numbers(tmp_path):
    """Those of digits are what they say."""
    images = [{"id": name, "file_name": f"{name}.jpg"} for name in ("12", "dog")]
    said = [{"id": f"{name}-0", "image_id": name, "caption": "A dog."} for name in ("12", "dog")]
    write(tmp_path / "a.json", dataset(images=images, annotations=said))
    photos = read(tmp_path / "a.json")
    assert [photo.image_id for photo in photos] == [12, number("dog")]
    assert photos[1].captions == [(number("dog-0"), "A dog.")]
