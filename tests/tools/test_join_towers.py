"""Weights of one network by two sets of names."""

import pytest
import torch

from tools.join_towers import matched


def state(*names: str) -> dict[str, torch.Tensor]:
    return {name: torch.full((place + 1,), float(place)) for place, name in enumerate(names)}


def test_tensors_are_matched_in_the_order_of_layers():
    found = matched(state("_stem.weight", "_bn0.bias"), state("conv_stem.weight", "bn1.bias"))
    assert {name: value.tolist() for name, value in found.items()} == {
        "conv_stem.weight": [0.0],
        "bn1.bias": [1.0, 1.0],
    }


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (["_stem.weight"], "1 tensors are not 2"),
        (["_stem.weight", "_bn0.weight"], r"_bn0.weight \(2,\) is not bn1.bias \(2,\)"),
    ],
)
def test_what_is_another_network_is_reported(theirs, message):
    with pytest.raises(ValueError, match=message):
        matched(state(*theirs), state("conv_stem.weight", "bn1.bias"))
