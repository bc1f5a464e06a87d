"""Clustered bootstrap: worked sums, a plain loop, coverage and pairing."""

import numpy as np
import pytest

from stages.evaluate.bootstrap import cluster_sums, macro_mean, means, ratio_intervals, resampled_ratios


def intervals(values: np.ndarray, clusters: np.ndarray, resamples: int, seed: int) -> tuple[np.ndarray, ...]:
    """Mean, low, high and count of each column of values (N, M)."""
    return ratio_intervals(*cluster_sums(values, clusters), resamples, seed)


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


def test_bounds_are_percentiles_of_the_resamples():
    sums, counts = cluster_sums(np.random.default_rng(2).random((40, 1)), np.arange(40))
    _, low, high, _ = ratio_intervals(sums, counts, 300, 0)
    ratios = resampled_ratios(sums, counts, 300, 0)
    np.testing.assert_allclose([low[0], high[0]], np.quantile(ratios, [0.025, 0.975]))


def test_repeated_tuples_of_an_image_do_not_narrow_the_interval():
    mean, low, high, count = intervals(np.array([[1.0], [0.0]]), np.zeros(2), 50, 0)
    assert (mean[0], low[0], high[0], count[0]) == (0.5, 0.5, 0.5, 2)
    values = np.random.default_rng(0).integers(0, 2, (40, 1)).astype(float)
    once = intervals(values, np.arange(40), 500, 1)
    tenfold = intervals(np.repeat(values, 10, axis=0), np.repeat(np.arange(40), 10), 500, 1)
    np.testing.assert_allclose(once[:3], tenfold[:3])


def test_ninety_five_percent_intervals_cover_the_truth_about_that_often():
    rng, hits = np.random.default_rng(3), 0
    for trial in range(200):
        values = (rng.random((150, 1)) < 0.7).astype(float)
        _, low, high, _ = intervals(values, np.arange(150), 400, trial)
        hits += low[0] <= 0.7 <= high[0]
    assert 0.88 <= hits / 200 <= 0.99


def test_models_that_agree_on_every_tuple_differ_by_nothing():
    values = np.random.default_rng(5).integers(0, 2, (60, 1)).astype(float)
    sums, counts = cluster_sums(values, np.arange(60) // 3)
    mean, low, high, _ = ratio_intervals(sums - sums, counts, 100, 0)
    assert (mean[0], low[0], high[0]) == (0, 0, 0)


def test_groups_are_columns_in_which_few_values_are_present():
    rng = np.random.default_rng(2)
    values, groups, owners = rng.integers(0, 2, 300).astype(float), rng.integers(-1, 9, 300), rng.integers(0, 50, 300)
    values[::7] = np.nan
    columns = np.where(groups[:, None] == np.arange(9), values[:, None], np.nan)  # (N, G)
    found = ratio_intervals(*cluster_sums(values, owners, groups), 80, 1)
    for one, expected in zip(found, intervals(columns, owners, 80, 1)):
        np.testing.assert_array_equal(one, expected)


def test_means_leave_out_columns_without_values():
    columns = {("a", "i2t", "all"): np.array([1.0, 0.0, np.nan]), ("b", "i2t", "all"): np.full(3, np.nan)}
    (row,) = means(columns, np.arange(3), (20, 0)).itertuples(index=False)
    assert row[:4] == ("a", "i2t", "all", 0.5) and row.count == 2 and row.low <= 0.5 <= row.high
    assert means({}, np.arange(0), (20, 0)).empty


def test_a_macro_mean_weighs_groups_equally():
    values = np.array([1.0, 1, 1, 0, np.nan])
    verbs = np.array(["sit", "sit", "sit", "ride", "throw"])
    mean, low, high, count = macro_mean(values, verbs, np.arange(5), (200, 0))
    assert (mean, count) == (0.5, 4)
    assert 0 <= low <= mean <= high <= 1


def test_a_macro_mean_of_each_resample_is_over_the_groups_that_it_draws():
    values, verbs = np.array([1.0, 0.0, 1.0]), np.array(["ride", "sit", "sit"])
    drawn = np.random.default_rng([0, 3]).integers(3, size=(30, 3), dtype=np.int32)
    plain = [np.mean([values[row][verbs[row] == verb].mean() for verb in set(verbs[row])]) for row in drawn]
    assert macro_mean(values, verbs, np.arange(3), (30, 0))[1:3] == pytest.approx(np.quantile(plain, [0.025, 0.975]))
