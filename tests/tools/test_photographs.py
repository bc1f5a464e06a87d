"""The cells of the table: means over seeds, intervals over images."""

from tools.photographs import cells, outcomes


def test_a_mean_over_seeds_with_the_interval_of_that_mean():
    """One seed right on all four images, one on none: each image is half right, so nothing varies."""
    seeds = [outcomes("dynamic i2t", [1, 2, 3, 4], [value] * 4) for value in (1, 0)]
    assert cells("ours", seeds).to_dict() == {"dynamic i2t": {"ours": "50.0 ± 0.0"}}


def test_measures_keep_their_order():
    found = outcomes("recall@1 t2i", ["a", "a"], [1, 1])
    table = cells("base", [found.assign(measure=["recall@1 t2i", "bla both"])])
    assert list(table) == ["recall@1 t2i", "bla both"]
