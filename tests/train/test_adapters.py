"""Adapters change nothing at first, train alone, and leave weights of the old names behind."""

import open_clip
import pytest
import torch

from stages.common.clip.checkpoint import load_checkpoint
from stages.common.files.errors import InputError
from stages.common.training.loop import training_mode
from stages.train.adapters import adaptable, add_adapters
from stages.train.freeze import freeze
from tests.common.clip.towers import make_towers
from tests.project import TINY, tiny_model

RESNET = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8}
TEXT = ("transformer.resblocks.0.attn", "transformer.resblocks.0.mlp.c_fc", "transformer.resblocks.0.mlp.c_proj")


@pytest.fixture(params=["transformers", "resnet", "timm and Hugging Face"])
def model(request, tmp_path) -> open_clip.CLIP:
    if request.param == "transformers":
        return tiny_model()[0]
    if request.param == "resnet":
        torch.manual_seed(0)
        return open_clip.CLIP(**(TINY | {"vision_cfg": RESNET}))
    return load_checkpoint(make_towers(tmp_path / "towers").removeprefix("local-dir:")).model


def embed(model: open_clip.CLIP) -> tuple[torch.Tensor, torch.Tensor]:
    """Of three pictures of noise and two texts."""
    size = model.visual.image_size
    pixels = torch.rand(3, 3, *(size if isinstance(size, tuple) else (size, size)), generator=torch.manual_seed(1))
    return model.encode_image(pixels), model.encode_text(torch.tensor([[5, 7, 9] + [0] * 9, [6, 8, 9] + [0] * 9]))


def close(one: tuple, other: tuple) -> bool:
    return all(torch.allclose(a, b, atol=1e-5) for a, b in zip(one, other, strict=True))


def test_they_start_as_base_train_alone_and_are_merged_into_it(model):
    """Three steps of a loss that pulls all embeddings to 1, in the mode that training has."""
    training_mode(model)
    before, state = embed(model), {name: value.clone() for name, value in model.state_dict().items()}
    touched = tuple(f"{name}." for name in adaptable(model))
    merge = add_adapters(model, rank=2, seed=0)
    assert close(embed(model), before)
    trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    assert all(".lora_" in name or name == "logit_scale" for name in trained) and len(trained) > 4
    optimizer = torch.optim.AdamW(trained.values(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        sum((rows - 1).square().mean() for rows in embed(model)).backward()
        optimizer.step()
    adapted = embed(model)
    assert not close(adapted, before)
    merge()
    assert close(embed(model), adapted)
    after = model.state_dict()
    assert after.keys() == state.keys()
    changed = {name for name, value in after.items() if not value.equal(state[name])}
    assert changed and all(name.endswith("weight") for name in changed)
    assert all(name.startswith(touched) for name in changed - {"logit_scale"})


def test_of_one_tower_where_the_other_is_frozen():
    model = tiny_model()[0]
    assert {name.removeprefix("visual.") for name in adaptable(model)} == {*TEXT, "conv1"}
    freeze(model, "image")
    assert adaptable(model) == list(TEXT)
    add_adapters(model, rank=1, seed=0)
    assert not any("lora" in name for name, _ in model.visual.named_parameters())


def test_the_seed_draws_them():
    one, same, other = (tiny_model()[0] for _ in range(3))
    for model, seed in ((one, 0), (same, 0), (other, 1)):
        add_adapters(model, rank=1, seed=seed)
    states = [model.state_dict() for model in (one, same, other)]
    name = next(name for name in states[0] if "lora_A" in name)
    assert states[0][name].equal(states[1][name]) and not states[0][name].equal(states[2][name])


def test_a_model_without_a_layer_to_adapt():
    model = tiny_model()[0]
    model.requires_grad_(False)
    with pytest.raises(InputError, match="train.adapters: base has no layer that can take an adapter; make it 0"):
        add_adapters(model, rank=1, seed=0)
