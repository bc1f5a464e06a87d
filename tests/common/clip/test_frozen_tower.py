"""Frozen backbones: what trains, what is computed once, and what the model then embeds."""

import copy

import open_clip
import pytest
import torch

from stages.common.clip.checkpoint import load_checkpoint
from stages.common.clip.embed import pixel_encoder, pixel_reader
from stages.common.clip.frozen_tower import BATCH, _known_features, computed_once, freeze_backbones
from stages.common.files.errors import InputError
from tests.common.clip.towers import make_towers
from tests.project import jpeg, tiny_clip


def test_each_input_is_computed_once_in_batches_of_one_size_for_all_models_with_the_same_backbone():
    """A batch and two more inputs; the feature of an input here is its length in bytes."""
    batches, backbone = [], torch.nn.Linear(1, 1)

    def lengths(inputs: list[bytes]) -> torch.Tensor:
        assert not backbone.training
        batches.append(inputs)
        return torch.tensor([[float(len(content))] for content in inputs])

    inputs = [b"a" * (number + 1) for number in range(BATCH + 2)]
    found = computed_once(backbone.train(), lengths)(inputs)
    assert found.flatten().tolist() == list(range(1, BATCH + 3)) and not found.is_inference()
    expected = [inputs[:BATCH], inputs[BATCH:] + inputs[BATCH : BATCH + 1] * (BATCH - 2)]
    assert batches == expected
    again = computed_once(copy.deepcopy(backbone), lengths)
    assert again([b"aa", b"a", b"aa"]).flatten().tolist() == [2, 1, 2] and batches == expected
    torch.nn.init.constant_(backbone.weight, 7.0)  # another backbone
    assert computed_once(backbone, lengths)([b"a"]).tolist() == [[1]] and len(batches) == 3


def test_only_projections_and_the_scale_train_and_embeddings_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)  # single precision
    _known_features.cache_clear()  # of other tests, in half precision
    make_towers(tmp_path / "towers")
    clip = load_checkpoint(tmp_path / "towers")
    model, pictures, tokens = clip.model, [jpeg(0), jpeg(1), jpeg(2)], clip.tokenizer(["a dog", "a dog chasing a cat"])
    pixels = torch.stack([pixel_reader(clip.transform)(content) for content in pictures])  # (3, 3, 32, 32)
    before = pixel_encoder(model)(pixels), model.encode_text(tokens)
    encoded = []
    model.text.transformer.register_forward_hook(lambda *_: encoded.append(1))
    tower = freeze_backbones(clip, "base.freeze")
    model.train()
    for _ in range(2):  # computed, then taken from the cache
        for expected, found in zip(before, (tower.project(tower.features(pictures)), model.encode_text(tokens))):
            assert torch.allclose(expected, found, atol=1e-5) and found.requires_grad
    assert encoded == [1], "each text is encoded once"
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained == {"logit_scale", "visual.head.proj.weight", "text.proj.weight"}


def test_a_tower_whose_projection_is_not_separate():
    clip = tiny_clip()
    assert isinstance(clip.model, open_clip.CLIP)
    line = "base.freeze backbones takes a timm image tower and a Hugging Face text tower"
    with pytest.raises(InputError, match=line):
        freeze_backbones(clip, "base.freeze")
