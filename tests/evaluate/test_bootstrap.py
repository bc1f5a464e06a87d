"""Clustered bootstrap: worked sums, a plain loop, coverage and pairing."""

import numpy as np

from stages.evaluate.bootstrap import (
    cluster_sums,
    group_intervals,
    interval,
    macro_interval,
    mean_intervals,
    resampled_ratios,
)


def test_sums_by_cluster_leave_out_absent_values():
    values = np.array([[1.0, 0.0], [0.0, np.nan], [1.0, 1.0]])
    sums, counts = cluster_sums(values, np.array([5, 5, 9]))
    assert sums.tolist() == [[1, 0], [1, 1]]
    assert counts.tolist() == [[2, 1], [1, 1]]


def test_resampled_ratios_equal_a_plain_loop():
    sums, counts = np.array([[1.0], [0.0], [3.0]]), np.array([[2.0], [1.0], [3.0]])
    drawn = np.random.default_rng([4, 3]).integers(3, size=(6, 3), dtype=np.int32)
    plain = [sums[row].sum() / counts[row].sum() for row in drawn]
    np.testing.assert_allclose(resampled_ratios(sums, counts, 6, 4)[:, 0], plain)


def test_one_cluster_has_no_spread():
    mean, low, high, count = mean_intervals(np.array([[1.0], [0.0]]), np.zeros(2), 50, 0)
    assert (mean[0], low[0], high[0], count[0]) == (0.5, 0.5, 0.5, 2)


def test_repeated_tuples_of_an_image_do_not_narrow_the_interval():
    values = np.random.default_rng(0).integers(0, 2, (40, 1)).astype(float)
    once = mean_intervals(values, np.arange(40), 500, 1)
    tenfold = mean_intervals(np.repeat(values, 10, axis=0), np.repeat(np.arange(40), 10), 500, 1)
    np.testing.assert_allclose(once[:3], tenfold[:3])


def test_ninety_five_percent_intervals_cover_the_truth_about_that_often():
    rng, hits = np.random.default_rng(3), 0
    for trial in range(200):
        values = (rng.random((150, 1)) < 0.7).astype(float)
        _, low, high, _ = mean_intervals(values, np.arange(150), 400, trial)
        hits += low[0] <= 0.7 <= high[0]
    assert 0.88 <= hits / 200 <= 0.99


def test_methods_that_agree_on_every_tuple_differ_by_nothing():
    values = np.random.default_rng(5).integers(0, 2, (60, 1)).astype(float)
    sums, counts = cluster_sums(values, np.arange(60) // 3)
    assert interval(resampled_ratios(sums - sums, counts, 100, 0)) == (0, 0)


def test_groups_are_columns_of_which_few_values_are_present():
    rng = np.random.default_rng(2)
    values, groups, owners = rng.integers(0, 2, 300).astype(float), rng.integers(-1, 9, 300), rng.integers(0, 50, 300)
    values[::7] = np.nan
    columns = np.where(groups[:, None] == np.arange(9), values[:, None], np.nan)  # (N, G)
    for found, expected in zip(group_intervals(values, groups, owners, 80, 1), mean_intervals(columns, owners, 80, 1)):
        np.testing.assert_array_equal(found, expected)


def test_macro_weighs_verbs_equally():
    values = np.array([1.0, 1, 1, 0, np.nan])
    verbs = np.array(["sit", "sit", "sit", "ride", "throw"])
    mean, low, high = macro_interval(values, verbs, np.arange(5), 200, 0)
    assert mean == 0.5
    assert 0 <= low <= mean <= high <= 1


def test_macro_of_nothing_is_absent():
    assert np.isnan(macro_interval(np.array([np.nan]), np.array(["sit"]), np.zeros(1), 9, 0)).all()
