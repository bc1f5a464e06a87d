"""Models between base and a tuned one."""

import torch

from stages.evaluate.interpolation import interpolations


def test_every_alpha_is_measured_and_the_model_gets_its_weights_back():
    base, tuned = torch.nn.Linear(1, 1, bias=False), torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(base.weight, 0.0)
    torch.nn.init.constant_(tuned.weight, 8.0)
    table = interpolations(base, tuned, [0, 0.25, 1], lambda model: {"relation": model.weight.item(), "retention": 0.5})
    assert table.values.tolist() == [[0, 0, 0.5], [0.25, 2, 0.5], [1, 8, 0.5]]
    assert tuned.weight.item() == 8
