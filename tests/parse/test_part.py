"""Where the parser runs."""

import pytest
import torch

from stages.parse.part import uses_gpu


@pytest.mark.parametrize(
    ("models", "device", "used"),
    [("compact", "auto", False), ("default", "auto", True), ("compact", "cuda", True), ("default", "cpu", False)],
)
def test_the_compact_models_parse_on_a_gpu_only_where_it_is_asked_for(models, device, used, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert uses_gpu(models, device) == used
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not uses_gpu(models, device)
