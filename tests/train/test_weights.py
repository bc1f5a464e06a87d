"""Freezing, and the mode of training."""

import torch

from stages.train.freeze import freeze, training_mode
from tests.project import tiny_model


def trained(model) -> set[str]:
    return {name.split(".")[0] for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_freeze_leaves_the_other_tower_and_the_scale():
    image, text, none = (tiny_model()[0] for _ in range(3))
    freeze(image, "image"), freeze(text, "text"), freeze(none, "none")
    assert trained(text) == {"visual", "logit_scale"}
    assert trained(image) == trained(none) - {"visual"}


def test_batch_normalisation_keeps_its_statistics_and_learns_its_gain():
    """Pixels of mean 5 would move a running mean of 0; the gain gets a gradient all the same."""
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1), torch.nn.BatchNorm2d(2), torch.nn.Dropout(0.5))
    training_mode(model)
    assert [module.training for module in model] == [True, False, True]
    assert model[1].weight.grad is None
    model(torch.full((4, 3, 8, 8), 5.0)).sum().backward()
    assert model[1].running_mean.tolist() == [0, 0] and model[1].weight.grad is not None
