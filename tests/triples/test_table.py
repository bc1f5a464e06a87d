"""Triples take image and split from their own caption."""

import numpy as np
import pytest

from stages.common.files.errors import InputError
from stages.triples.table import rows_of


def test_worked_case():
    assert rows_of(np.array([7, 3, 7]), np.array([3, 7])).tolist() == [1, 0, 1]


@pytest.mark.parametrize("id", [5, 9])
def test_a_parse_of_no_caption_is_named(id):
    with pytest.raises(InputError, match=f"caption_id {id} is not in the same part"):
        rows_of(np.array([3, id]), np.array([3, 7]))
