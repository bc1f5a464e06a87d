"""Embeddings without work for padding, each item once, whatever its batch; and what a machine has."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from stages.common.clip.embed import (
    autocast,
    best_device,
    embed_tokens,
    encode_images,
    encode_texts,
    image_table,
    pixel_encoder,
    pixel_reader,
    text_table,
)
from stages.common.files.errors import InputError
from tests.project import jpeg, tiny_clip, tiny_model


def test_texts_without_their_padding_have_the_same_embeddings_and_gradients():
    """Texts of 4 and 5 tokens with start and end, in a context of 12, of which 8 are read."""
    model, _ = tiny_model()
    tokens = torch.zeros(2, 12, dtype=torch.int32)
    tokens[0, :4] = torch.tensor([49406, 5, 6, 49407])
    tokens[1, :5] = torch.tensor([49406, 7, 0, 8, 49407])  # 0 is also the token of "!"
    whole = F.normalize(model.encode_text(tokens), dim=-1)  # (2, 16)
    short = embed_tokens(model, tokens, torch.device("cpu"))
    assert torch.equal(short.argmax(dim=1), whole.argmax(dim=1)) and short.shape == (2, 16)
    torch.testing.assert_close(short, whole, atol=0.02, rtol=0)  # bf16, where the CPU has it
    torch.testing.assert_close((short**2).sum(dim=1), torch.ones(2))
    short.sum().backward()
    trained = model.positional_embedding.grad.abs().sum(dim=1) > 0  # (12,)
    assert trained.tolist() == [True] * 5 + [False] * 7, "the positions that a text reaches are trained"


def test_each_distinct_text_is_encoded_once_and_alike_in_any_company(monkeypatch):
    """300 texts of two lengths, in batches of 256, in another order and two at a time."""
    clip, asked = tiny_clip(), []
    monkeypatch.setattr(
        "stages.common.clip.embed.embed_tokens",
        lambda *args, **kw: asked.append(len(args[1])) or embed_tokens(*args, **kw),
    )
    texts = [f"a dog {'chasing a ball ' * (n % 2)}{n % 290}" for n in range(300)]
    found = encode_texts(clip, texts)  # (300, 16)
    assert asked == [256, 256] and found.shape == (300, 16) and np.allclose((found**2).sum(axis=1), 1)
    assert (found[290:] == found[:10]).all() and len(np.unique(found, axis=0)) == 290
    order = np.random.default_rng(0).permutation(300)
    assert (encode_texts(clip, [texts[n] for n in order]) == found[order]).all()
    assert (encode_texts(clip, [texts[4], texts[299]]) == found[[4, 299]]).all()


def test_each_distinct_image_is_encoded_once_and_alike_in_any_company():
    """Five pictures, decoded by threads in batches of two, two and one, or all in one batch of four."""
    clip, jpegs = tiny_clip(), [jpeg(i, 20) for i in range(5)]
    found = encode_images(clip, [*jpegs, jpegs[1]], batch_size=2)  # (6, 16)
    assert (found[5] == found[1]).all() and (encode_images(clip, jpegs[::-1], batch_size=2) == found[4::-1]).all()
    assert np.allclose(encode_images(clip, jpegs, batch_size=4), found[:5], atol=0.02)  # bf16
    assert not np.allclose(found[0], found[1], atol=0.02), "the pictures differ"


def test_of_nothing_there_is_no_embedding():
    assert len(encode_texts(tiny_clip(), [])) == len(encode_images(tiny_clip(), [])) == 0


def test_tables_of_embeddings_by_id_and_by_text():
    clip, jpegs = tiny_clip(), [jpeg(0), jpeg(1)]
    images, texts = image_table(clip, [7, 5], jpegs), text_table(clip, ["a dog", "a cat", "a dog"])
    assert np.abs(images.of([5, 7]) - encode_images(clip, jpegs)[::-1]).max() < 2e-8
    assert texts.keys.tolist() == ["a dog", "a cat"] and texts.embeddings.shape == (2, 16)


def test_pixels_scaled_on_the_device_are_open_clips(monkeypatch):
    """uint8 pixels, then (x / 255 - mean) / std in the encoder: what open_clip's transform gives."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)  # single precision
    clip = tiny_clip()
    pixels = pixel_reader(clip.transform)(jpeg(0, 20))  # (3, 16, 16)
    assert pixels.dtype == torch.uint8 and pixels.shape == (3, 16, 16)
    scaled = clip.transform.transforms[-1](pixels / 255)[None]  # (1, 3, 16, 16)
    expected = clip.model.encode_image(scaled, normalize=True)
    torch.testing.assert_close(pixel_encoder(clip.model)(pixels[None]), expected, atol=1e-6, rtol=0)


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
