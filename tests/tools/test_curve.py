"""The subsets of tuples from which the curve is trained."""

import pandas as pd
import pytest

from tools.curve import subset


def tuples() -> pd.DataFrame:
    """Forty mirrored dynamic tuples (20 pairs of triples) and twenty swapped ones to train on; two to test on."""
    pairs = [(i, i + 1) if i % 2 == 0 else (i, i - 1) for i in range(62)]
    sets = ["dynamic"] * 40 + ["swapped"] * 20 + ["dynamic", "swapped"]
    table = pd.DataFrame({"tuple_id": range(62), "set": sets, "split": ["train"] * 60 + ["test"] * 2})
    return table.assign(anchor=[a for a, _ in pairs], negatives=[[n] for _, n in pairs])


def test_a_subset_keeps_pairs_together_and_the_number_of_batches():
    """Weights 0.5 and 1 give 20 tuples' worth of batches each: of 16 tuples 8 are of each set, in pairs."""
    chosen, weights = subset(tuples(), {"dynamic": 0.5, "swapped": 1.0}, 16, seed=0)
    train = chosen[chosen["split"] == "train"]
    assert train["set"].value_counts().to_dict() == {"dynamic": 8, "swapped": 8}
    assert set(train["anchor"]) == {n for row in train["negatives"] for n in row}
    assert weights == {"dynamic": pytest.approx(20 / 8), "swapped": pytest.approx(20 / 8)}
    assert chosen[chosen["split"] == "test"]["tuple_id"].tolist() == [60, 61]


def test_another_seed_draws_others():
    first, second = (subset(tuples(), {"dynamic": 1.0}, 10, seed)[0]["tuple_id"].tolist() for seed in (0, 1))
    assert first != second
