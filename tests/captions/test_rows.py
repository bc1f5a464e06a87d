"""Ids as integers."""

import numpy as np
import pytest

from stages.captions.rows import integer_id


def test_numbers_stay_and_other_texts_are_hashed():
    numbers = [0, -12, 2**63 - 1, -(2**63), np.int64(5)]
    assert [integer_id(number) for number in numbers] == numbers and integer_id("12") == 12
    texts = ["dog", "", "007", "7 ", "+7", "-7", "²", "٧", "9" * 30, "\ud800"]
    ids = [integer_id(text) for text in texts]
    assert len(set(ids)) == len(texts) and all(10**12 < found < 2**63 for found in ids)


@pytest.mark.parametrize("name", [1.5, True, None, [1], 2**63, -(2**63) - 1])
def test_anything_else_is_refused(name):
    with pytest.raises(ValueError, match=r"id .* (is neither a whole number nor a text|does not fit 64 bits)$"):
        integer_id(name)
