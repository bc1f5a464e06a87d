"""Interpolation of two models' weights."""

import torch

from stages.common.clip.interpolation import interpolate


def test_interpolation_of_weights_and_counters():
    base = {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor(3)}
    tuned = {"w": torch.tensor([3.0, 2.0]), "n": torch.tensor(7)}
    half = interpolate(base, tuned, 0.5)
    assert half["w"].tolist() == [2.0, 2.0]
    assert half["n"].item() == 7
    assert torch.equal(interpolate(base, tuned, 1.0)["w"], tuned["w"])
    assert torch.equal(interpolate(base, tuned, 0.0)["w"], base["w"])
