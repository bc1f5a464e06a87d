"""The paper's loss: a tuple worked by hand, a plain loop, and what must not change it."""

import math

import pytest
import torch
import torch.nn.functional as F

from stages.train.losses import LOSSES, anchor_similarity, clip_loss, drive_loss, tuple_cross_entropy

SCALE = torch.tensor(3.0)


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(*shape, generator=generator, dtype=torch.float64), dim=-1)


def batch(size: int, negatives: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    images, texts = unit(size, negatives + 1, 8, seed=1), unit(size, negatives + 1, 8, seed=2)
    present = torch.ones(size, negatives + 1, dtype=torch.bool)
    present[::3, 1:] = False  # every third tuple has its negatives as texts alone
    return images, texts, present


def one_tuple(images, texts, present, scale, delta_image, delta_text):
    """The loss of one tuple, entry by entry: images, texts (K+1, D), present (K+1,)."""
    shown = [i for i in range(len(texts)) if present[i]]
    logits = [[scale * images[i] @ texts[t] for t in range(len(texts))] for i in range(len(texts))]
    to_text = [-logits[i][i] + torch.logsumexp(torch.stack(logits[i]), 0) for i in shown]
    to_image = [-logits[i][i] + torch.logsumexp(torch.stack([logits[j][i] for j in shown]), 0) for i in shown]
    clip = (sum(to_text) + sum(to_image)) / (2 * len(shown))

    def similarity(rows, others):
        terms = [
            F.binary_cross_entropy_with_logits((rows[0] @ rows[k] + 1) / 2, torch.zeros((), dtype=rows.dtype))
            for k in others
        ]
        return sum(terms) / len(terms) if terms else 0.0

    sim_image = similarity(images, [k for k in shown if k])
    sim_text = similarity(texts, range(1, len(texts)))
    return (clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2) / 2


def test_a_tuple_worked_by_hand():
    """Images and texts (1, 0), (0, 1), scale 1, deltas 1: log(1 + 1/e) * (1 + softplus(0.5)) / 2 = 0.3092."""
    eye = torch.eye(2)[None]
    present = torch.ones(1, 2, dtype=torch.bool)
    assert anchor_similarity(eye, present).item() == pytest.approx(0.9741, abs=1e-4)
    assert tuple_cross_entropy(eye, eye, present, 1.0).item() == pytest.approx(math.log(1 + math.exp(-1)))
    assert drive_loss(eye, eye, present, 1.0, 1.0, 1.0).item() == pytest.approx(0.3092, abs=1e-4)


@pytest.mark.parametrize("negatives", [1, 3])
def test_equals_a_plain_loop_in_value_and_gradient(negatives):
    images, texts, present = batch(7, negatives)
    images.requires_grad_(), texts.requires_grad_()
    fast = drive_loss(images, texts, present, SCALE, 1.2233, 0.615)
    slow = sum(
        one_tuple(images[b], texts[b], present[b], SCALE, 1.2233, 0.615) for b in range(len(images))
    ) / len(images)
    assert fast.item() == pytest.approx(slow.item(), abs=1e-6)
    for one, other in zip(
        torch.autograd.grad(fast, [images, texts]), torch.autograd.grad(slow, [images, texts]), strict=True
    ):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_the_order_of_tuples_changes_nothing(method):
    images, texts, present = batch(6, 2)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    loss = LOSSES[method](images, texts, present, SCALE, 1.0, 1.0)
    shuffled = LOSSES[method](images[order], texts[order], present[order], SCALE, 1.0, 1.0)
    assert loss.item() == pytest.approx(shuffled.item(), abs=1e-9)


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_absent_images_change_nothing(method):
    images, texts, present = batch(6, 2)
    other = images.clone()
    other[~present] = 9.0
    loss = LOSSES[method](images, texts, present, SCALE, 1.0, 1.0)
    assert loss.item() == LOSSES[method](other, texts, present, SCALE, 1.0, 1.0).item()
    images.requires_grad_()
    LOSSES[method](images, texts, present, SCALE, 1.0, 1.0).backward()
    assert torch.isfinite(images.grad).all()


def test_the_similarity_terms_lie_between_their_bounds():
    same, opposite = torch.ones(1, 2, 1), torch.tensor([[[1.0], [-1.0]]])
    present = torch.ones(1, 2, dtype=torch.bool)
    assert anchor_similarity(same, present).item() == pytest.approx(1.3133, abs=1e-4)
    assert anchor_similarity(opposite, present).item() == pytest.approx(0.6931, abs=1e-4)


def test_clip_contrasts_every_image_of_the_batch():
    """Two tuples of one negative, all four pairs orthogonal, scale 1: log(e + 3) - 1 = 0.7437."""
    eye = torch.eye(4).reshape(2, 2, 4)
    loss = clip_loss(eye, eye, torch.ones(2, 2, dtype=torch.bool), torch.tensor(1.0), 0, 0)
    assert loss.item() == pytest.approx(0.7437, abs=1e-4)
