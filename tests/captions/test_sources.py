"""Sources: paths stay inside, splits are the image's alone or the file's."""

import json

import pytest

from stages.captions.options import Shares, Source
from stages.captions.sources import assign_splits, read_source
from stages.common.errors import InputError

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
        (TABLE.replace("A cat.", " "), "a caption of b.jpg is empty"),
    ],
)
def test_what_the_file_says_is_checked(tmp_path, table, message):
    (tmp_path / "a.csv").write_text(table)
    with pytest.raises(InputError, match=message):
        read_source(tmp_path, Source(annotations="a.csv", images=".", split="file", format="table"), SHARES, 0)
