"""Freezing a tower."""

from stages.train.freeze import freeze
from tests.project import tiny_model


def trained(model) -> set[str]:
    return {name.split(".")[0] for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_freeze_leaves_the_other_tower_and_the_scale():
    image, text, none = (tiny_model()[0] for _ in range(3))
    freeze(image, "image"), freeze(text, "text"), freeze(none, "none")
    assert trained(text) == {"visual", "logit_scale"}
    assert trained(image) == trained(none) - {"visual"}
