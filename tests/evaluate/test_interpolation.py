"""Weights between base and a tuned model."""

import torch

from stages.evaluate.interpolation import interpolate, interpolations


def test_the_ends_are_exact():
    base, tuned = ({"w": torch.rand(50, generator=torch.manual_seed(seed))} for seed in (0, 1))
    assert torch.equal(interpolate(base, tuned, 0)["w"], base["w"])
    assert torch.equal(interpolate(base, tuned, 1)["w"], tuned["w"])


def test_whole_numbers_are_not_interpolated():
    assert interpolate({"p": torch.tensor([0])}, {"p": torch.tensor([4])}, 0.5)["p"].tolist() == [4]


def test_every_alpha_is_measured_and_the_model_gets_its_weights_back():
    base, tuned = torch.nn.Linear(1, 1, bias=False), torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(base.weight, 0.0)
    torch.nn.init.constant_(tuned.weight, 8.0)
    table = interpolations(base, tuned, [0, 0.25, 1], lambda model: {"relation": model.weight.item()})
    assert table.values.tolist() == [[0, 0], [0.25, 2], [1, 8]]
    assert tuned.weight.item() == 8
