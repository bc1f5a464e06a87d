"""Bad input is named, with its remedy."""

import json

import pytest

from stages.captions.formats.coco import read, read_annotations
from stages.captions.photo import number
from stages.common.files.errors import InputError


def write(path, content) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def dataset(**changes) -> dict:
    return {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "annotations": [{"id": 10, "image_id": 1, "caption": "A dog chasing a cat."}],
    } | changes


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
        (
            dataset(images=[{"id": 1.5, "file_name": "1.jpg"}]),
            r"images\[0\].*'id' is missing or not a number or a text",
        ),
        (dataset(images=[{"id": True, "file_name": "1.jpg"}]), r"images\[0\]: 'id' is missing or not a number"),
        (dataset(images=[{"id": None, "file_name": "1.jpg"}]), r"images\[0\]: 'id' is missing or not a number"),
        (dataset(images=[[]]), r"images\[0\]: 'id' is missing or not a number"),
        (dataset(images=dataset()["images"] * 2), r"images\[1\]: id 1 occurs twice"),
        ([], "no list 'images'"),
    ],
)
def test_names_the_broken_entry(tmp_path, content, message):
    write(tmp_path / "a.json", content)
    with pytest.raises(InputError, match=message) as error:
        read_annotations(tmp_path / "a.json")
    assert "a.json" in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_read(tmp_path, encoding):
    """As Windows editors write it; of UTF-16 only with its mark."""
    mark = "\ufeff" if encoding[-3:] in ("-le", "-be") else ""
    content = dataset(annotations=[{"id": 10, "image_id": 1, "caption": "A café."}])
    (tmp_path / "a.json").write_bytes((mark + json.dumps(content, ensure_ascii=False)).encode(encoding))
    assert read(tmp_path / "a.json")[0].captions == [(10, "A café.")]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"\x00\x01\x02", '{"a": 1}'.encode("utf-32"), b"[" * 100_000, b"9" * 5000, b"\x80"],
)
def test_what_is_no_json_is_named_in_one_line(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.json is not valid JSON") as error:
        read(tmp_path / "a.json")
    assert "\n" not in str(error.value)


def test_a_folder_in_place_of_a_file_is_named(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError, match=r"a\.json cannot be read"):
        read(tmp_path / "a.json")


def test_malformed_json_is_named(tmp_path):
    (tmp_path / "a.json").write_text('{"images": [', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json is not valid JSON"):
        read_annotations(tmp_path / "a.json")


def test_texts_as_ids_become_numbers(tmp_path):
    """Those of digits are what they say."""
    images = [{"id": name, "file_name": f"{name}.jpg"} for name in ("12", "dog")]
    said = [{"id": f"{name}-0", "image_id": name, "caption": "A dog."} for name in ("12", "dog")]
    write(tmp_path / "a.json", dataset(images=images, annotations=said))
    photos = read(tmp_path / "a.json")
    assert [photo.image_id for photo in photos] == [12, number("dog")]
    assert photos[1].captions == [(number("dog-0"), "A dog.")]
