"""Cosines that are functions of two items alone, and rows by key."""

import numpy as np
import pandas as pd
import pytest

from stages.common.clip.embedding_table import GRID, EmbeddingTable, first_wins, snap_to_grid
from stages.common.files.errors import InputError


@pytest.mark.parametrize("dim", [8, 512, 1280])
def test_sums_do_not_depend_on_their_order(dim):
    """In single precision they do; and the rounding is below that of single precision."""
    rows = np.random.default_rng(dim).normal(size=(50, dim)).astype(np.float32)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    order = np.random.default_rng(0).permutation(dim)
    rounded = snap_to_grid(units)  # (50, dim)
    assert (rounded * GRID % 1 == 0).all()
    full = rounded @ rounded.T
    np.testing.assert_array_equal(full, rounded[:, order] @ rounded[:, order].T)
    np.testing.assert_array_equal(full[:, 3], [sum(row * rounded[3]) for row in rounded])
    assert np.abs(full - units.astype(float) @ units.T.astype(float)).max() < 2e-7


def test_rows_by_id_and_by_text():
    rows = np.eye(3)
    texts = EmbeddingTable(pd.Index(["a dog", "a cat", "two"]), rows)
    assert texts.rows([["two", None], ["a dog", "a cat"]]).tolist() == [[2, -1], [0, 1]]
    ids = EmbeddingTable(pd.Index([7, 5, 9]), rows)
    assert ids.rows([5, -1, 9]).tolist() == [1, -1, 2] and ids.of([9, 7]).tolist() == rows[[2, 0]].tolist()
    with pytest.raises(InputError, match="the table of embeddings lacks "):
        ids.of([6])


def test_the_first_wins_against_a_loop():
    """Scores of 0, 1 and 2, so that many tie; a tie is wrong."""
    scores = np.random.default_rng(0).integers(3, size=(4, 50, 3))
    expected = [[all(row[0] > other for other in row[1:]) for row in rows] for rows in scores]
    assert first_wins(scores).tolist() == expected
