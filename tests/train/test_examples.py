"""Tuples as examples; batches hold one set each, by weight, and depend on the seed and the epoch alone."""

import numpy as np
import pyarrow as pa
import pytest

from stages.common.files.errors import InputError
from stages.train.examples import all_batches, epoch_batches, read_examples, tuple_examples
from stages.train.options import SharedOptions
from tests.project import write_rows
from tests.train.project import OPTIONS

SETS = np.array(["dynamic"] * 40 + ["swapped"] * 20 + ["random"] * 7)
WEIGHTS = {"dynamic": 1.0, "stative": 1.0, "swapped": 2.0, "random": 0.0}
TUPLES = "data/negatives/tuples.parquet"


def options(**changed) -> SharedOptions:
    return SharedOptions(**{name: value for name, value in OPTIONS.items() if name != "methods"} | changed)


def member(tuple_id: int, place: int, name: str, image: int | None, text: str, **changed) -> dict:
    """A row of the table of tuples."""
    row = {"tuple_id": tuple_id, "set": name, "split": "train", "place": place, "image_id": image, "text": text}
    return row | {"relation": "chase", "dynamic": True, "unseen_relation": False, "unseen_triple": False} | changed


def as_table(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def test_each_batch_is_of_one_set_and_sets_count_by_weight():
    batches = epoch_batches(SETS, WEIGHTS, batch_size=10, seed=0, epoch=0)
    names = [set(SETS[batch]) for batch in batches]
    assert all(len(name) == 1 for name in names)
    assert sorted(name.pop() for name in names) == ["dynamic"] * 4 + ["swapped"] * 4
    assert all(len(batch) == 10 for batch in batches)


def test_a_weight_of_one_draws_each_tuple_once():
    batches = epoch_batches(SETS, {"dynamic": 1.0}, batch_size=10, seed=0, epoch=3)
    assert sorted(np.concatenate(batches)) == list(range(40))


def test_epochs_differ_and_repeat():
    first, again, second = (epoch_batches(SETS, WEIGHTS, 10, 0, epoch) for epoch in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not all((a == b).all() for a, b in zip(first, second, strict=True))


def test_a_run_is_its_epochs_one_after_another():
    found = all_batches(SETS, options(sets=WEIGHTS, batch_size=10, epochs=2, warmup=15), seed=5)
    expected = [batch for epoch in (0, 1) for batch in epoch_batches(SETS, WEIGHTS, 10, 5, epoch)]
    assert len(found) == 16 and all((a == b).all() for a, b in zip(found, expected, strict=True))


def test_texts_without_an_image_are_marked():
    """Two tuples with one negative each, the second one's a text alone."""
    found = tuple_examples(
        as_table(
            [
                member(0, 0, "swapped", 50, "dog chasing cat", sentence="a dog that chases a cat"),
                member(0, 1, "swapped", 60, "cat chasing dog"),
                member(1, 0, "swapped", 60, "cat chasing dog", sentence="a cat chases a dog"),
                member(1, 1, "swapped", None, "dog chasing cat"),
            ]
        )
    )
    assert found.sets.tolist() == ["swapped"] * 2
    assert found.images.tolist() == [[50, 60], [60, -1]]
    assert found.texts.tolist() == [["dog chasing cat", "cat chasing dog"], ["cat chasing dog", "dog chasing cat"]]
    assert found.captions.tolist() == ["a dog that chases a cat", "a cat chases a dog"]


def test_sets_may_differ_in_their_number_of_negatives():
    dynamic = [member(0, place, "dynamic", 50 + 10 * place, text) for place, text in enumerate("abc")]
    swapped = [member(1, 0, "swapped", 60, "b"), member(1, 1, "swapped", 50, "a")]
    found = tuple_examples(as_table(dynamic + swapped))
    assert found.images.tolist() == [[50, 60, 70], [60, 50, -1]]
    assert found.texts.tolist() == [["a", "b", "c"], ["b", "a", None]]
    assert found.captions.tolist() == [None, None], "the captions were not read"


def test_tuples_of_one_set_may_not():
    rows = [member(0, place, "random", 50, text) for place, text in enumerate("abc")]
    rows += [member(1, 0, "random", 60, "b"), member(1, 1, "random", 50, "a")]
    with pytest.raises(InputError, match="tuples.parquet: set random has tuples of different lengths; delete the file"):
        tuple_examples(as_table(rows))


def test_each_split_is_read_and_one_without_tuples_is_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [member(tuple_id, place, "random", 50, "a") for tuple_id in (0, 1) for place in (0, 1)]
    write_rows(tmp_path / TUPLES, "tuples", [row | {"split": "test"} for row in rows])
    with pytest.raises(InputError, match="tuples.parquet has no tuples of split train; give more captioned images"):
        read_examples(with_captions=False)
    write_rows(tmp_path / TUPLES, "tuples", [row | {"split": ("train", "test")[row["tuple_id"]]} for row in rows])
    assert set(read_examples(with_captions=False)) == {"train"}
    write_rows(tmp_path / TUPLES, "tuples", [row | {"split": ("train", "val")[row["tuple_id"]]} for row in rows])
    assert {name: len(split.sets) for name, split in read_examples(True).items()} == {"train": 1, "val": 1}
