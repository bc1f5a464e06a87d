"""Held backbones: what trains, what is remembered, and what the model then says."""

import open_clip
import pytest
import torch

from stages.common.clip.frozen_tower import ROWS, Held, _known, hold_backbones, remembered, see_table
from stages.common.clip.embed import evaluation_transform, load_checkpoint, picture, pixel_encoder
from stages.common.files.errors import InputError
from tests.common.clip.towers import make_towers
from tests.project import jpeg, tiny_model, write_jpegs


def test_each_input_is_computed_once():
    """Four inputs, two of them equal: three are new, in rows of one shape, and none the second time."""
    got, backbone = [], torch.nn.Linear(1, 1)

    def lengths(inputs: list[bytes]) -> torch.Tensor:
        assert not backbone.training
        got.append(inputs)
        return torch.tensor([[float(len(content))] for content in inputs])

    recall = remembered(backbone, lengths)
    inputs = [b"aaa", b"b", b"aaa", b"cc"]
    assert recall(inputs).tolist() == [[3.0], [1.0], [3.0], [2.0]]
    assert recall(inputs[::-1]).tolist() == [[2.0], [3.0], [1.0], [3.0]]
    assert got == [[b"b", b"cc", b"aaa"] + [b"b"] * (ROWS - 3)]


def test_models_of_equal_backbones_share_what_they_know():
    """Interpolated with itself a weight of -0 becomes 0, which is no other."""
    one, other = torch.nn.Linear(1, 2), torch.nn.Linear(1, 2)
    one.load_state_dict({"weight": torch.tensor([[0.5], [-0.0]]), "bias": torch.zeros(2)})
    other.load_state_dict({"weight": torch.tensor([[0.5], [0.0]]), "bias": torch.zeros(2)})
    remembered(one, lambda inputs: torch.ones(len(inputs), 1))([b"shared"])
    assert remembered(other, lambda inputs: pytest.fail("computed again"))([b"shared"]).tolist() == [[1.0]]


def test_only_projections_and_the_scale_train_and_embeddings_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)  # single precision
    _known.cache_clear()  # of the same towers another test knows features in bf16
    make_towers(tmp_path / "towers")
    model, transform, tokenizer = load_checkpoint(tmp_path / "towers")
    pictures, tokens = [jpeg(0), jpeg(1), jpeg(2)], tokenizer(["a dog", "a dog chasing a cat"])
    pixels = torch.stack([picture(transform)(content) for content in pictures])
    before = pixel_encoder(model)(pixels), model.encode_text(tokens)
    held = hold_backbones(model, transform, "base.freeze")
    model.train()
    for _ in range(2):  # computed, then remembered
        for expected, found in zip(before, (held.encode(held.see(pictures)), model.encode_text(tokens))):
            assert torch.allclose(expected, found, atol=1e-5) and found.requires_grad
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {"logit_scale", "visual.head.proj.weight", "text.proj.weight"}


def test_a_table_is_seen_a_part_at_a_time(tmp_path):
    """Parts of two, none and one; what is seen of a picture here is its size in bytes."""
    jpegs, asked = [jpeg(i, 16 + i) for i in range(3)], []

    def see(pictures):
        asked.append(pictures)
        return torch.tensor([[float(len(content))] for content in pictures])

    ids, seen = see_table(Held(see, None), str(write_jpegs(tmp_path, jpegs[:2], [], jpegs[2:])))
    assert asked == [jpegs[:2], jpegs[2:]] and len(ids) == 3
    assert seen.tolist() == [[len(content)] for content in jpegs]


def test_a_tower_whose_projection_does_not_stand_alone():
    model = tiny_model()[0]
    assert isinstance(model, open_clip.CLIP)
    with pytest.raises(
        InputError, match="base.freeze backbones takes a timm image tower and a Hugging Face text tower"
    ):
        hold_backbones(model, evaluation_transform(model), "base.freeze")
