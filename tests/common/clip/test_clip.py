"""Embeddings without work for padding, and what a machine has."""

import numpy as np
import pytest
import torch

from stages.common.clip.embed import (
    autocast,
    best_device,
    embed_padded_texts,
    embed_texts,
    encode_images,
    evaluation_transform,
)
from stages.common.files.errors import InputError
from tests.project import jpeg, tiny_model


def test_texts_without_their_padding_have_the_same_embeddings_and_gradients():
    """Texts of 4 and 5 tokens with start and end, in a context of 12, of which 8 are read."""
    model, _ = tiny_model()
    model.float()
    tokens = torch.zeros(2, 12, dtype=torch.int32)
    tokens[0, :4] = torch.tensor([49406, 5, 6, 49407])
    tokens[1, :5] = torch.tensor([49406, 7, 0, 8, 49407])  # 0 is also the token of "!"
    whole = embed_texts(model, tokens)
    short = embed_padded_texts(model, tokens, torch.device("cpu"))
    assert torch.equal(short.argmax(dim=1), whole.argmax(dim=1)) and short.shape == (2, 16)
    torch.testing.assert_close(short, whole, atol=0.02, rtol=0)  # bf16, where the CPU has it
    torch.testing.assert_close((short**2).sum(dim=1), torch.ones(2))
    short.sum().backward()
    trained = model.positional_embedding.grad.abs().sum(dim=1) > 0  # (12,)
    assert trained.tolist() == [True] * 5 + [False] * 7, "the positions that a text reaches are trained"


def test_images_are_embedded_in_their_order_whatever_the_batch():
    """Five pictures, decoded by threads in batches of two, two and one, or each alone."""
    model, _ = tiny_model()
    transform = evaluation_transform(model)
    jpegs = [jpeg(i, 20) for i in range(5)]
    alone = np.concatenate([encode_images(model, transform, [one]) for one in jpegs])  # (5, 16)
    assert np.allclose(encode_images(model, transform, jpegs, batch_size=2), alone, atol=0.02)  # bf16
    assert not np.allclose(alone[0], alone[1], atol=0.02), "the pictures are told apart"


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_best_device_there_is(monkeypatch, cuda, mps, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device().type == best and best_device("cpu").type == "cpu"
    if not mps:
        with pytest.raises(InputError, match="run.device is mps, which PyTorch does not find here; set it to auto"):
            best_device("mps")


@pytest.mark.parametrize("native", [True, False])
def test_bf16_only_where_a_gpu_has_it(monkeypatch, native):
    """A card older than Ampere has it by emulation alone, which is slower than single precision."""
    asked = []
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: native or including_emulation)
    monkeypatch.setattr(torch, "autocast", lambda kind, dtype, enabled: asked.append(enabled) or torch.no_grad())
    with autocast(torch.device("cuda")):
        pass
    assert asked == [native]


@pytest.mark.parametrize(("has", "kind"), [(True, torch.bfloat16), (False, torch.float32)])
def test_bf16_only_where_a_cpu_has_it(monkeypatch, has, kind):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has})
    with autocast(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == kind
    with autocast(torch.device("mps")):
        assert not torch.is_autocast_enabled("cpu")
