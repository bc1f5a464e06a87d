"""The subsets of tuples from which the curve is trained."""

import pyarrow as pa
import pytest

from stages.common.files.tables import SCHEMAS
from tools.curve import subset


def tuples() -> pa.Table:
    """40 mirrored dynamic tuples (20 pairs) and 20 swapped ones to train on, of which 10 are texts alone; 2 to test."""
    rows = []
    for number in range(62):
        name = "dynamic" if number < 40 or number == 60 else "swapped"
        shared = {"tuple_id": number, "set": name, "split": "train" if number < 60 else "test"}
        for place, item in enumerate((number, number ^ 1)):
            image = None if place and name == "swapped" and number % 2 else item
            rows.append(shared | {"place": place, "image_id": image, "text": f"text {item}"})
    return pa.Table.from_pylist(rows, pa.schema([field.with_nullable(True) for field in SCHEMAS["tuples"]]))


def test_a_subset_keeps_pairs_together_and_the_number_of_batches():
    """Weights 0.5 and 1 give 20 tuples' worth of batches each: of 16 tuples 8 are of each set, in pairs."""
    found, weights = subset(tuples(), {"dynamic": 0.5, "swapped": 1.0}, 16, seed=0)
    chosen = found.to_pandas()
    anchors = chosen[(chosen["split"] == "train") & (chosen["place"] == 0)]
    assert anchors["set"].value_counts().to_dict() == {"dynamic": 8, "swapped": 8}
    assert len(chosen) == 2 * len(set(chosen["tuple_id"])) == 2 * 18, "all members of each"
    pairs = anchors.loc[anchors["set"] == "dynamic", "tuple_id"] // 2
    assert pairs.value_counts().eq(2).all()
    assert weights == {"dynamic": pytest.approx(20 / 8), "swapped": pytest.approx(20 / 8)}
    assert set(chosen.loc[chosen["split"] == "test", "tuple_id"]) == {60, 61}
    assert found != subset(tuples(), {"dynamic": 0.5, "swapped": 1.0}, 16, seed=1)[0]
