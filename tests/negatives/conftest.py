"""Examples stay small."""

import pytest

from stages.negatives import items


@pytest.fixture(autouse=True)
def one_image_is_enough(monkeypatch):
    """One image makes a combination of words plausible; the rule has tests of its own."""
    monkeypatch.setattr(items, "MIN_IMAGES", 1)
