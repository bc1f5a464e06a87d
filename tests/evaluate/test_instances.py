"""What an image shows, from triples and from COCO's boxes."""

import json

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.evaluate.instances import nouns_shown, read_categories

CONTENT = {
    "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
    "annotations": [
        {"image_id": 5, "category_id": 1},
        {"image_id": 5, "category_id": 18},
        {"image_id": 5, "category_id": 18},
        {"image_id": 6, "category_id": 1},
    ],
}


def test_every_category_may_be_chosen_and_wanted_images_alone_are_asked(tmp_path):
    (tmp_path / "instances.json").write_text(json.dumps(CONTENT))
    names, shown = read_categories(tmp_path / "instances.json", pd.Index([5, 7]))
    assert names == ["dog", "person", "toothbrush"]
    assert shown == {5: {"dog", "person"}}


def test_nouns_of_several_triples_add_up():
    triples = pd.DataFrame({"image_id": [1, 1], "subject": ["man", "man"], "object": ["horse", "hat"]})
    assert nouns_shown(triples) == (["hat", "horse", "man"], {1: {"man", "horse", "hat"}})


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "instances.json"), ('{"annotations": []}', "categories"), (json.dumps(CONTENT), "no box")],
)
def test_unusable_files_are_named(tmp_path, content, message):
    (tmp_path / "instances.json").write_text(content)
    with pytest.raises(InputError, match=message):
        read_categories(tmp_path / "instances.json", pd.Index([99]))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="evaluate.instances"):
        read_categories(tmp_path / "none.json", pd.Index([1]))
