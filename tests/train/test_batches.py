"""Batches hold one set each, by weight, and hang on the seed and the epoch alone."""

import numpy as np
import pyarrow as pa
import pytest

from stages.common.files.errors import InputError
from stages.train.batches import epoch_batches, tuple_arrays

SETS = np.array(["dynamic"] * 40 + ["swapped"] * 20 + ["random"] * 7)
WEIGHTS = {"dynamic": 1.0, "stative": 1.0, "swapped": 2.0, "random": 0.0}


def test_each_batch_is_of_one_set_and_sets_count_by_weight():
    batches = epoch_batches(SETS, WEIGHTS, batch_size=10, seed=0, epoch=0)
    names = [set(SETS[batch]) for batch in batches]
    assert all(len(name) == 1 for name in names)
    assert sorted(name.pop() for name in names) == ["dynamic"] * 4 + ["swapped"] * 4
    assert all(len(batch) == 10 for batch in batches)


def test_a_weight_of_one_shows_each_tuple_once():
    batches = epoch_batches(SETS, {"dynamic": 1.0}, batch_size=10, seed=0, epoch=3)
    assert sorted(np.concatenate(batches)) == list(range(40))


def test_epochs_differ_and_repeat():
    first, again, second = (epoch_batches(SETS, WEIGHTS, 10, 0, epoch) for epoch in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not all((a == b).all() for a, b in zip(first, second, strict=True))


def test_tuple_arrays_marks_texts_without_an_image():
    triples = pa.table({"triple_id": [5, 6], "image_id": [50, 60], "text": ["dog chasing cat", "cat chasing dog"]})
    tuples = pa.table(
        {
            "set": ["swapped"] * 2,
            "anchor": [5, 6],
            "negatives": [[6], []],
            "negative_texts": [["cat chasing dog"], ["dog chasing cat"]],
        }
    )
    images, texts = tuple_arrays(tuples, triples)
    assert images.tolist() == [[50, 60], [60, -1]]
    assert texts.tolist() == [["dog chasing cat", "cat chasing dog"], ["cat chasing dog", "dog chasing cat"]]


def three_triples() -> pa.Table:
    return pa.table({"triple_id": [5, 6, 7], "image_id": [50, 60, 70], "text": ["a", "b", "c"]})


def test_sets_may_differ_in_their_number_of_negatives():
    tuples = pa.table(
        {
            "set": ["dynamic", "swapped"],
            "anchor": [5, 6],
            "negatives": [[6, 7], [5]],
            "negative_texts": [["b", "c"], ["a"]],
        }
    )
    images, texts = tuple_arrays(tuples, three_triples())
    assert images.tolist() == [[50, 60, 70], [60, 50, -1]]
    assert texts.tolist() == [["a", "b", "c"], ["b", "a", None]]


def test_tuples_of_one_set_may_not():
    tuples = pa.table(
        {"set": ["random"] * 2, "anchor": [5, 6], "negatives": [[6, 7], [5]], "negative_texts": [["b", "c"], ["a"]]}
    )
    with pytest.raises(InputError, match="set 'random' has tuples of different numbers"):
        tuple_arrays(tuples, three_triples())


def test_a_triple_that_there_is_not_is_named():
    tuples = pa.table({"set": ["random"], "anchor": [5], "negatives": [[9]], "negative_texts": [["b"]]})
    with pytest.raises(InputError, match="data/triples/triples lacks id 9, which a tuple names"):
        tuple_arrays(tuples, three_triples())
