"""Sources: paths stay inside, splits are the image's alone or the file's."""

import json

import pytest

from stages.captions.options import Shares, Source
from stages.captions.sources import assign_splits, read_source
from stages.common.files.errors import InputError

SHARES = Shares(train=0.8, val=0.05, test=0.15)
TABLE = "file_name,caption,split\na.jpg,A dog.,train\nb.jpg,A cat.,test\n"


def test_no_path_leaves_the_root(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    said = [{"id": 10, "image_id": 1, "caption": "A dog."}]
    content = {"images": [{"id": 1, "file_name": "../secret.jpg"}], "annotations": said}
    (root / "a.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="leads out of"):
        read_source(root, Source(annotations="a.json", images=".", split="train"), SHARES, 0)


@pytest.mark.parametrize("name", ["/etc/passwd", "a/../../b.jpg", "..", "./../b.jpg"])
def test_no_name_of_a_data_file_leaves_its_folder(tmp_path, name):
    with pytest.raises(InputError, match="leads out of"):
        read(tmp_path, file_name=name)


def test_links_that_the_user_made_are_followed(tmp_path):
    """The folder of images on another disk, a root that is a link, DVC's cache in place of each file."""
    disk, root = tmp_path / "disk", tmp_path / "linked"
    for folder in ("disk/photographs", "disk/cache", "coco"):
        (tmp_path / folder).mkdir(parents=True)
    (disk / "photographs/1.jpg").write_bytes(b"a photograph")
    (tmp_path / "coco/images").symlink_to(disk / "photographs")
    root.symlink_to(tmp_path / "coco")
    (disk / "cache/ab12").write_text(json.dumps(coco()))
    (root / "a.json").symlink_to(disk / "cache/ab12")
    (entry,) = read_source(root, Source(annotations="a.json", images="images", split="train"), SHARES, 0)
    assert entry.path.read_bytes() == b"a photograph"


def coco(image_id: object = 1, caption_id: object = 10, caption: object = "A dog.", file_name: str = "1.jpg") -> dict:
    said = {"id": caption_id, "image_id": image_id, "caption": caption}
    return {"images": [{"id": image_id, "file_name": file_name}], "annotations": [said]}


def read(folder, split: str = "train", **fields) -> list:
    """The entries of a COCO file of one image."""
    (folder / "a.json").write_text(json.dumps(coco(**fields)))
    return read_source(folder, Source(annotations="a.json", images=".", split=split), SHARES, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"image_id": 2**63}, r"'1.jpg' .*id 9223372036854775808 does not fit 64 bits"),
        ({"image_id": -(2**63) - 1}, "id -9223372036854775809 does not fit 64 bits"),
        ({"caption_id": 10**30}, "does not fit 64 bits; number the ids anew"),
        ({"caption": "A \ud83d dog."}, r"'1.jpg' \(id 1\): caption 10 holds half a character"),
        ({"file_name": "\udc00.jpg"}, "file name holds half a character"),
        ({"caption": "word " * 3000}, "caption 10 has 15,000 characters, more than 10,000; shorten it"),
        ({"file_name": "n" * 20_000}, "file name has 20,000 characters"),
        ({"caption": "\u200b&nbsp;<br/>"}, "caption 10 is empty"),
    ],
)
def test_what_no_table_holds_is_named_in_one_line(tmp_path, fields, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, **fields)
    assert "a.json" in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 400


@pytest.mark.parametrize("image_id", [-12, -(2**63), 0, 2**63 - 1, "9" * 30, "dog", "\ud800"])
def test_any_id_of_64_bits_is_drawn(tmp_path, image_id):
    """Negative ones as any; texts by their hash."""
    assert read(tmp_path, "random", image_id=image_id, caption_id=image_id)[0].split in ("train", "val", "test")


def test_random_splits_of_negative_ids_follow_the_shares():
    splits = assign_splits(list(range(-4000, 0)), "random", SHARES, seed=0)
    assert abs(sum(split == "train" for split in splits) / 4000 - 0.8) < 0.03


def test_random_splits_follow_the_shares_and_the_image_alone():
    ids = list(range(4000))
    splits = dict(zip(ids, assign_splits(ids, "random", SHARES, seed=0), strict=True))
    assert abs(sum(split == "train" for split in splits.values()) / 4000 - 0.8) < 0.03
    assert assign_splits(ids[::-1], "random", SHARES, seed=0) == [splits[i] for i in ids[::-1]]


def test_splits_as_the_file_says_or_as_the_source_says(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    for split, expected in (("file", ["train", "test"]), ("val", ["val", "val"])):
        source = Source(annotations="a.csv", images="photographs", split=split, format="table")
        entries = read_source(tmp_path, source, SHARES, 0)
        assert [entry.split for entry in entries] == expected
        assert entries[0].path == (tmp_path / "photographs/a.jpg").resolve()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.replace("test", "dev"), "says 'dev' for b.jpg, not train, val or test; name a split or random"),
        ("file_name,caption\na.jpg,A dog.\n", "says none for a.jpg"),
        (TABLE.replace("A cat.", " "), "caption .* is empty; write one or drop it"),
    ],
)
def test_what_the_file_says_is_checked(tmp_path, table, message):
    (tmp_path / "a.csv").write_text(table)
    with pytest.raises(InputError, match=message):
        read_source(tmp_path, Source(annotations="a.csv", images=".", split="file", format="table"), SHARES, 0)
