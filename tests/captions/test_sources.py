"""Sources: rows are checked, paths stay inside the folder, splits depend on the image alone or come from the file."""

import json
import time

import numpy as np
import pandas as pd
import pytest

from stages.captions.formats import FORMATS
from stages.captions.options import CaptionSource, Shares
from stages.captions.rows import caption_rows, integer_id
from stages.captions.sources import image_splits, read_source
from stages.common.files.errors import InputError

SHARES = Shares(train=0.8, val=0.05, test=0.15)


def read_coco(folder, split: str = "train", images: str = ".", **changes) -> pd.DataFrame:
    """The rows of a COCO file of one image with one caption."""
    row = {"image_id": 1, "caption_id": 10, "caption": "A dog.", "file_name": "1.jpg"} | changes
    annotation = {"id": row["caption_id"], "image_id": row["image_id"], "caption": row["caption"]}
    content = {"images": [{"id": row["image_id"], "file_name": row["file_name"]}], "annotations": [annotation]}
    (folder / "a.json").write_text(json.dumps(content))
    return read_source(folder, CaptionSource(annotations="a.json", images=images, split=split), SHARES, 0)


def read_table(folder, table: str | pd.DataFrame, split: str = "file") -> pd.DataFrame:
    """The rows of a csv file with this text, or of a Parquet file with this table."""
    name = "a.csv" if isinstance(table, str) else "a.parquet"
    (folder / name).write_text(table) if isinstance(table, str) else table.to_parquet(folder / name)
    source = CaptionSource(annotations=name, images="photographs", split=split, format="table")
    return read_source(folder, source, SHARES, 0)


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", "..", "./../b.jpg"])
def test_no_file_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(InputError, match="leads out of"):
        read_coco(tmp_path, file_name=name)


def test_links_that_the_user_made_are_followed(tmp_path):
    """The folder of images on another disk, a root that is a link, DVC's cache in place of each file."""
    disk, root = tmp_path / "disk", tmp_path / "linked"
    for folder in ("disk/photographs", "disk/cache", "coco"):
        (tmp_path / folder).mkdir(parents=True)
    (disk / "photographs/1.jpg").write_bytes(b"a photograph")
    (tmp_path / "coco/images").symlink_to(disk / "photographs")
    root.symlink_to(tmp_path / "coco")
    (root / "a.json").symlink_to(disk / "cache/ab12")  # written by read_coco
    [path] = read_coco(root, images="images")["path"]
    assert path.read_bytes() == b"a photograph" and (disk / "cache/ab12").is_file()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_id": 2**63}, r"'1.jpg': id 9223372036854775808 does not fit 64 bits"),
        ({"image_id": -(2**63) - 1}, "id -9223372036854775809 does not fit 64 bits"),
        ({"caption_id": 10**30}, "does not fit 64 bits; number the ids anew"),
        ({"caption": "word " * 3000}, "'1.jpg': caption has 15,000 characters, more than 10,000; shorten it"),
        ({"file_name": "n" * 20_000}, "file name has 20,000 characters"),
        ({"caption": "\u200b&nbsp;<br/>"}, "'1.jpg': caption 10 is empty; write one or drop it"),
    ],
)
def test_a_row_that_no_table_can_hold_is_named_in_one_line(tmp_path, changes, message):
    with pytest.raises(InputError, match=message) as error:
        read_coco(tmp_path, **changes)
    assert "a.json" in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 400


def test_half_a_character_is_named(tmp_path, monkeypatch):
    """A lone surrogate, as Python's json reads it from an escape; a format of the user's may pass it on."""
    monkeypatch.setitem(FORMATS, "coco", lambda path: caption_rows([("1.jpg", "A \ud83d dog.", 1, 10, None)]))
    with pytest.raises(InputError, match="'1.jpg': caption holds half a character, a lone surrogate"):
        read_coco(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caption": ["A dog.", "Dogs."]}, r"'a.jpg': caption is \['A dog.' 'Dogs.'\], not text"),
        ({"file_name": ["a.jpg", "b.jpg"]}, "file name is .*, not text"),
        ({"caption": {"raw": "A dog."}}, "caption is .*, not text"),
        ({"image_id": 1.5}, "id 1.5 is neither a whole number nor a text"),
        ({"image_id": [7, 8]}, "id .* is neither a whole number nor a text"),
        ({"split": ["train", "val"]}, r"has split \['train' 'val'\], not train, val or test"),
        ({"split": "dev"}, "has split dev, not train, val or test; name one"),
        ({}, "has split None, not train, val or test; name one"),
    ],
)
def test_a_cell_of_another_type_is_named_in_one_line(tmp_path, changes, message):
    """As hubs publish captions: a row an image, with a list of texts."""
    with pytest.raises(InputError, match=message) as error:
        read_table(tmp_path, pd.DataFrame([{"file_name": "a.jpg", "caption": "A dog."} | changes]))
    assert "a.parquet" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("7,a.jpg,A dog.,train\n7,b.jpg,A cat.,train", "file_name: 'a.jpg' and 'b.jpg'"),
        ("7,a.jpg,A dog.,train\n7,a.jpg,A cat.,test", "split: 'train' and 'test'"),
        ("7,a.jpg,A dog.,train\n07,b.jpg,A cat.,train\n7,a.jpg,A cow.,val", "split: 'train' and 'val'"),
    ],
)
@pytest.mark.parametrize("split", ["file", "random"])
def test_contradictory_rows_are_named_in_one_line(tmp_path, rows, message, split):
    with pytest.raises(InputError, match=rf"a\.csv: image id 7 has several values of {message}; give it one"):
        read_table(tmp_path, f"image_id,file_name,caption,split\n{rows}\n", split)


@pytest.mark.parametrize("ids", [range(4000), range(-4000, 0), [-(2**63), 2**63 - 1]])
def test_random_splits_follow_the_shares_and_the_image_alone(ids):
    in_file = pd.Series("None", index=list(ids))
    splits = image_splits("a.json", in_file, "random", SHARES, seed=3)
    assert len(ids) < 4000 or abs(sum(split == "train" for split in splits.values()) / 4000 - 0.8) < 0.03
    assert image_splits("a.json", in_file[::-1], "random", SHARES, seed=3) == splits
    for image_id in list(ids)[:200]:
        draw = np.random.default_rng([3, image_id % 2**64]).random()
        assert splits[image_id] == ("train" if draw < 0.8 else "val" if draw < 0.8 + 0.05 else "test")


def test_captions_are_cleaned_and_splits_are_of_the_file_or_of_the_source(tmp_path):
    table = "file_name,caption,split\nb.jpg,  A <b>dog</b> &amp;\u00a0a cat ,test\na.jpg,A cow.,train\nb.jpg,rid\u00ading,test\n"
    for split, expected in (("file", ["test", "train", "test"]), ("val", ["val"] * 3)):
        rows = read_table(tmp_path, table, split)
        assert rows["caption"].tolist() == ["A dog & a cat", "A cow.", "riding"]
        assert rows["split"].tolist() == expected
        assert rows["path"].tolist() == [tmp_path / f"photographs/{name}.jpg" for name in "bab"]
        assert rows["image_id"].tolist() == [integer_id(f"{name}.jpg") for name in "bab"]
        assert rows["caption_id"].tolist() == [integer_id(key) for key in ("b.jpg#0", "a.jpg#0", "b.jpg#1")]


def test_time_grows_with_the_rows_of_a_table(tmp_path):
    """20 microseconds a row here, and ten times that at most; a data frame for each image took 2,000."""
    table = "file_name,caption\n" + "".join(f"{i:09d}.jpg,a dog chasing a cat\n" for i in range(5000))
    started = time.process_time()
    assert len(read_table(tmp_path, table, "train")) == 5000
    assert time.process_time() - started < 5000 * 200e-6
