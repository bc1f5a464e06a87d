"""Zero-shot naming by nouns of triples and by COCO's boxes."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.evaluate.measures.naming import MEASURE, box_categories, naming_accuracy, namings
from tests.evaluate.project import embedded, inputs, model

CONTENT = {
    "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
    "annotations": [{"image_id": i, "category_id": c} for i, c in ((5, 1), (5, 18), (5, 18), (6, 1))],
}


def write(folder: Path, content: str) -> Path:
    """A file with this content; none where it is empty."""
    (folder / "instances.json").write_text(content) if content else None
    return folder / "instances.json"


def accuracy(nouns: np.ndarray, *true: set[str]) -> float:
    """The accuracy on images 0, 1, ... of unit vectors, and which of cat, dog and hat are true of each."""
    names = ["cat", "dog", "hat"]
    table = pd.DataFrame({"image_id": range(len(true)), "text": map(list, true)}).explode("text")
    prompts = embedded([f"a photo of a {name}" for name in names], nouns)
    return naming_accuracy(names, table, model(embedded(range(len(true)), np.eye(3)[: len(true)]), prompts))[0]


@pytest.mark.parametrize("chunk", [1, 2, 256])
def test_every_depicted_noun_is_right_however_many_images_are_scored_at_once(monkeypatch, chunk):
    monkeypatch.setattr("stages.evaluate.measures.retrieval.AT_ONCE", chunk)
    assert accuracy(np.eye(3), {"cat"}, {"cat", "dog"}, {"dog"}) == pytest.approx(2 / 3)


def test_a_noun_that_ties_with_one_that_is_not_true_is_wrong():
    nouns = np.eye(3)[[0, 0, 1]]
    assert accuracy(nouns, {"dog"}) == 0
    assert accuracy(nouns, {"cat", "dog"}) == 1


def test_nouns_of_several_triples_add_up_and_without_boxes_there_are_no_categories(tmp_path):
    test, captions = [(1, "man ride horse"), (1, "man wear hat")], pd.DataFrame({"image_id": [1]})
    given = inputs(test=test, captions=captions, instances=write(tmp_path, "{}"))
    ((kind, (names, table)),) = namings(given).items()
    assert (kind, names) == ("nouns", ["hat", "horse", "man"])
    assert set(zip(table["image_id"], table["text"])) == {(1, "man"), (1, "horse"), (1, "hat")}
    prompts = embedded([f"a photo of a {name}" for name in names], np.eye(3))
    (row,) = MEASURE.rows(given, model(embedded([1], np.eye(3)[:1]), prompts)).values.tolist()
    assert row == ["nouns", "i2t", "all", 1.0, 1]


def test_every_category_may_be_chosen_and_the_given_images_alone_are_asked(tmp_path):
    names, table = box_categories(write(tmp_path, json.dumps(CONTENT)), {5, 7})
    assert sorted(names) == ["dog", "person", "toothbrush"]
    assert set(table.itertuples(index=False, name=None)) == {(5, "dog"), (5, "person")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "instances.json is missing"),
        ("{", "instances.json: Invalid JSON"),
        ('{"annotations": []}', "instances.json is not in COCO's .*: 'categories' is missing"),
        (json.dumps(CONTENT | {"categories": []}), "instances.json is not in COCO's .*: 1 is missing"),
        (json.dumps(CONTENT | {"annotations": [7]}), r"\['annotations'\]\[0\]: Input should be an object"),
        (json.dumps(CONTENT), "no box on an image of the test split"),
    ],
)
def test_unusable_files_are_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message + ".*; set evaluate.instances"):
        box_categories(write(tmp_path, content), {99})
