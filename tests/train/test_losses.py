"""Each loss: a case worked by hand, a plain loop, and what must not change it."""

import math

import pytest
import torch
import torch.nn.functional as F

import stages.train.losses
from stages.common.contrast import symmetric_cross_entropy
from stages.common.registry import members
from stages.train.losses import LOSSES
from stages.train.losses.drive import anchor_similarity
from stages.train.terms import Embedded, tuple_cross_entropy
from tests.train.project import METHODS

SCALE = torch.tensor(3.0)
OPTIONS = METHODS | {"ours": {"tuple_weight": 0.7, "caption_weight": 0.4}}


def loss_of(method: str, batch: Embedded, scale, **options) -> torch.Tensor:
    """The loss by the options above, or others."""
    loss = LOSSES[method]
    return loss.function(batch, scale, loss.options(**options or OPTIONS[method]))


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(*shape, generator=generator, dtype=torch.float64), dim=-1)


def batch(size: int, negatives: int) -> Embedded:
    """Random tuples; every third has its negatives as texts alone."""
    images, texts = unit(size, negatives + 1, 8, seed=1), unit(size, negatives + 1, 8, seed=2)
    present = torch.ones(size, negatives + 1, dtype=torch.bool)
    present[::3, 1:] = False
    return Embedded(images, texts, present, unit(size, 8, seed=3))


def by_hand(images, texts, present=None) -> Embedded:
    """Tuples whose captions are the anchors' texts."""
    present = torch.ones(texts.shape[:2], dtype=torch.bool) if present is None else present
    return Embedded(images, texts, present, texts[:, 0])


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
    one = by_hand(eye, eye)
    assert anchor_similarity(eye, one.present).item() == pytest.approx(0.9741, abs=1e-4)
    assert tuple_cross_entropy(one, 1.0).item() == pytest.approx(math.log(1 + math.exp(-1)))
    assert loss_of("drive", one, 1.0, delta_image=1.0, delta_text=1.0).item() == pytest.approx(0.3092, abs=1e-4)


def in_batch(given: Embedded, scale, alone: bool):
    """The in-batch loss, image by image and text by text; `alone`: texts without an image are offered too."""
    images, texts, present = given.images, given.texts, given.present
    places = [(b, k) for b in range(len(images)) for k in range(images.shape[1])]
    shown = [place for place in places if present[place]]
    offered = places if alone else shown

    def choose(item, own, others):
        logits = torch.stack([scale * item @ other for other in [own, *others]])
        return torch.logsumexp(logits, 0) - scale * item @ own

    def rivals(rows, place, among):
        return [rows[other] for other in among if other != place]

    to_text = [choose(images[p], texts[p], rivals(texts, p, offered)) for p in shown]
    to_image = [choose(texts[p], images[p], rivals(images, p, shown)) for p in shown]
    return (sum(to_text) + sum(to_image)) / (2 * len(shown))


def plain_loop(method: str, given: Embedded, scale):
    images, texts, present, captions = given
    if method in ("clip", "negclip"):
        return in_batch(given, scale, method == "negclip")
    tuples = range(len(images))
    if method == "drive":
        return sum(one_tuple(images[b], texts[b], present[b], scale, 1.2233, 0.615) for b in tuples) / len(images)
    # without its deltas a tuple's loss is half its cross-entropy
    inside = sum(2 * one_tuple(images[b], texts[b], present[b], scale, 0, 0) for b in tuples) / len(images)
    logits = scale * torch.stack([torch.stack([image @ caption for caption in captions]) for image in images[:, 0]])
    own = torch.arange(len(images))
    whole = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
    return in_batch(given, scale, True) + 0.7 * inside + 0.4 * whole


@pytest.mark.parametrize("negatives", [1, 3])
@pytest.mark.parametrize("method", ["clip", "negclip", "drive", "ours"])
def test_equals_a_plain_loop_in_value_and_gradient(method, negatives):
    given, scale = batch(7, negatives), SCALE.double().requires_grad_()
    leaves = [given.images.requires_grad_(), given.texts.requires_grad_(), scale]
    fast = loss_of(method, given, scale)
    slow = plain_loop(method, given, scale)
    assert fast.item() == pytest.approx(slow.item(), abs=1e-6)
    pairs = zip(torch.autograd.grad(fast, leaves), torch.autograd.grad(slow, leaves), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_negclip_and_ours_worked_by_hand():
    """Image (1, 0), texts (1, 0) and, alone, (0, 1), scale 1: negclip 0.1566; ours with weight 2: 0.4699.

    The same tuple twice: each image meets both texts twice, log(2e + 2) - 1, each text two equal images,
    log 2, and two equal captions cost 0.5 * log 2 with weight 0.5.
    """
    eye, present = torch.eye(2)[None], torch.tensor([[True, False]])
    one, scale = by_hand(eye, eye, present), torch.tensor(1.0)
    weights = {"tuple_weight": 2.0, "caption_weight": 0.5}
    assert loss_of("clip", one, scale).item() == 0
    assert loss_of("negclip", one, scale).item() == pytest.approx(0.1566, abs=1e-4)
    assert loss_of("ours", one, scale, **weights).item() == pytest.approx(0.4699, abs=1e-4)
    twice = Embedded(*(torch.cat([part, part]) for part in one))
    assert loss_of("ours", twice, scale, **weights).item() == pytest.approx(1.5097, abs=1e-4)


def test_clip_is_the_plain_symmetric_loss_of_all_pairs():
    given = batch(6, 2)
    plain = symmetric_cross_entropy(given.images[given.present], given.texts[given.present], SCALE)
    assert loss_of("clip", given, SCALE).item() == pytest.approx(plain.item(), abs=1e-9)


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_the_order_of_tuples_changes_nothing(method):
    given = batch(6, 2)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    loss = loss_of(method, given, SCALE)
    shuffled = loss_of(method, Embedded(*(part[order] for part in given)), SCALE)
    assert loss.item() == pytest.approx(shuffled.item(), abs=1e-9)


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_absent_images_change_nothing(method):
    given = batch(6, 2)
    other = given.images.clone()
    other[~given.present] = 9.0
    loss = loss_of(method, given, SCALE)
    assert loss.item() == loss_of(method, given._replace(images=other), SCALE).item()
    given.images.requires_grad_()
    loss_of(method, given, SCALE).backward()
    assert torch.isfinite(given.images.grad).all()


def test_a_file_more_is_a_loss_more(tmp_path, monkeypatch):
    """The registry is the folder: here with one file more, as another who adds a loss would write it."""
    latest = (
        "from stages.train.losses.clip import Options, clip_loss\n"
        "from stages.train.terms import Loss\n"
        "LOSS = Loss(clip_loss, Options, colour='#123456')\n"
    )
    (tmp_path / "latest.py").write_text(latest)
    monkeypatch.setattr("stages.train.losses.__path__", [*stages.train.losses.__path__, str(tmp_path)])
    found = members("stages.train.losses", "LOSS")
    assert set(found) == {*LOSSES, "latest"}
    assert found["latest"].colour == "#123456" and not found["latest"].reads_captions


def test_the_similarity_terms_lie_between_their_bounds():
    same, opposite = torch.ones(1, 2, 1), torch.tensor([[[1.0], [-1.0]]])
    present = torch.ones(1, 2, dtype=torch.bool)
    assert anchor_similarity(same, present).item() == pytest.approx(1.3133, abs=1e-4)
    assert anchor_similarity(opposite, present).item() == pytest.approx(0.6931, abs=1e-4)


def test_clip_contrasts_every_image_of_the_batch():
    """Two tuples of one negative, all four pairs orthogonal, scale 1: log(e + 3) - 1 = 0.7437."""
    eye = torch.eye(4).reshape(2, 2, 4)
    assert loss_of("clip", by_hand(eye, eye), torch.tensor(1.0)).item() == pytest.approx(0.7437, abs=1e-4)
