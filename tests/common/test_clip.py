"""Embeddings without work for padding."""

import torch

from stages.common.clip import embed_padded_texts, embed_texts
from tests.train.project import tiny_model


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
