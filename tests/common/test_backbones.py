"""Held backbones: what trains, what is remembered, and what the model then says."""

import open_clip
import pytest
import torch

from stages.common.backbones import ROWS, hold_backbones, remembered
from stages.common.errors import InputError
from tests.common.towers import make_towers
from tests.train.project import TINY


class Counted(torch.nn.Module):
    """Sums of rows, which counts the rows that it got."""

    rows = 0

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        assert not self.training
        self.rows += len(inputs)
        return inputs.sum(dim=1, keepdim=True)


def test_each_input_is_computed_once():
    """Four rows, two of them equal: three are new, and none the second time."""
    counted = Counted()
    recall = remembered(counted, counted)
    rows = torch.tensor([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [5.0, 6.0]])
    assert recall(rows).tolist() == [[3.0], [7.0], [3.0], [11.0]]
    assert counted.rows == ROWS
    assert recall(rows.flip(0)).tolist() == [[11.0], [3.0], [7.0], [3.0]]
    assert counted.rows == ROWS


def test_only_projections_and_the_scale_train_and_embeddings_are_the_same(tmp_path):
    model = open_clip.create_model(make_towers(tmp_path / "towers")).eval()
    pixels, tokens = torch.rand(3, 3, 32, 32), torch.tensor([[2, 5, 6, 3] + [0] * 8, [2, 5, 7, 3] + [0] * 8])
    before = model.encode_image(pixels), model.encode_text(tokens)
    hold_backbones(model, "base.freeze")
    model.train()
    for _ in range(2):  # computed, then remembered
        for expected, found in zip(before, (model.encode_image(pixels), model.encode_text(tokens))):
            assert torch.allclose(expected, found, atol=1e-5) and found.requires_grad
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {"logit_scale", "visual.head.proj.weight", "text.proj.weight"}


def test_a_tower_whose_projection_does_not_stand_alone():
    with pytest.raises(
        InputError, match="base.freeze backbones takes a timm image tower and a Hugging Face text tower"
    ):
        hold_backbones(open_clip.CLIP(**TINY), "base.freeze")
