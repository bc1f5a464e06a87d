"""Weights of one network by two sets of names."""

import pytest
import torch

from tools.join_towers import matched

OURS = {"conv_stem.weight": torch.zeros(1), "bn1.bias": torch.zeros(2)}


def test_tensors_are_matched_in_the_order_of_layers():
    first, second = torch.ones(1), torch.ones(2)
    found = matched({"_stem.weight": first, "_bn0.bias": second}, OURS)
    assert found["conv_stem.weight"] is first and found["bn1.bias"] is second


@pytest.mark.parametrize("second", [{}, {"_bn0.weight": torch.ones(2)}, {"_bn0.bias": torch.ones(3)}])
def test_what_is_another_network_is_reported(second):
    with pytest.raises(ValueError, match="are not 2|is not bn1.bias"):
        matched({"_stem.weight": torch.ones(1)} | second, OURS)
