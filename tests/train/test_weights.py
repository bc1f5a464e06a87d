"""Freezing and the cut context."""

import torch

from stages.train.weights import cut_context, freeze
from tests.train.project import tiny_model


def trained(model) -> set[str]:
    return {name.split(".")[0] for name, parameter in model.named_parameters() if parameter.requires_grad}


def test_freeze_leaves_the_other_tower_and_the_scale():
    image, text, none = (tiny_model()[0] for _ in range(3))
    freeze(image, "image"), freeze(text, "text"), freeze(none, "none")
    assert trained(text) == {"visual", "logit_scale"}
    assert trained(image) == trained(none) - {"visual"}


def test_a_cut_context_changes_no_embedding():
    """Texts of 4 and 5 tokens with start and end, in a context of 12."""
    model, _ = tiny_model()
    tokens = torch.zeros(2, 12, dtype=torch.int32)
    tokens[0, :4] = torch.tensor([49406, 5, 6, 49407])
    tokens[1, :5] = torch.tensor([49406, 7, 0, 8, 49407])  # 0 is also the token of "!"
    whole = model.encode_text(tokens)
    short = cut_context(model, tokens)
    assert short.shape == (2, 5)
    torch.testing.assert_close(model.encode_text(short), whole, atol=1e-6, rtol=0)
