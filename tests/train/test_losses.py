"""Each loss: a case worked by hand, a plain loop, and what must not change it."""

import math

import pytest
import torch
import torch.nn.functional as F

import stages.train.losses
from stages.common.files.registry import members
from stages.common.training.terms import Embedded, batch_contrast, tuple_contrast
from stages.train.losses import LOSSES
from stages.train.losses.drive import anchor_similarity
from tests.train.project import METHODS

SCALE = torch.tensor(3.0)
OPTIONS = {method: {name: value for name, value in METHODS[method].items() if name != "loss"} for method in LOSSES}
OPTIONS |= {"ours": {"tuple_weight": 0.7, "caption_weight": 0.4}}


def loss_of(method: str, batch: Embedded, scale, **options) -> torch.Tensor:
    """The loss by the options above, or others."""
    loss = LOSSES[method]
    return loss.function(batch, scale, loss.options(**options or OPTIONS[method]))


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(*shape, generator=generator, dtype=torch.float64), dim=-1)


def batch(size: int, negatives: int) -> Embedded:
    """Random tuples, every third with its negatives as texts alone; some texts and captions stand in several tuples."""
    images, texts = unit(size, negatives + 1, 8, seed=1), unit(5 * size, 8, seed=2)
    ids = torch.arange(size)[:, None] % 4 + size * torch.arange(negatives + 1)  # (B, K+1)
    captions = torch.arange(size) // 2
    present = torch.ones(size, negatives + 1, dtype=torch.bool)
    present[::3, 1:] = False
    return Embedded(images, texts[ids], present, unit(size, 8, seed=3)[captions], ids, captions)


def by_hand(images, texts, present=None) -> Embedded:
    """Tuples without an equal text, whose captions are the anchors' texts."""
    present = torch.ones(texts.shape[:2], dtype=torch.bool) if present is None else present
    ids = torch.arange(present.numel()).view(present.shape)
    return Embedded(images, texts, present, texts[:, 0], ids, ids[:, 0])


def one_tuple(images, texts, present, scale, delta_image, delta_text):
    """The loss of one tuple, entry by entry: images, texts (K+1, D), present (K+1,)."""
    imaged = [i for i in range(len(texts)) if present[i]]
    logits = [[scale * images[i] @ texts[t] for t in range(len(texts))] for i in range(len(texts))]
    to_text = [-logits[i][i] + torch.logsumexp(torch.stack(logits[i]), 0) for i in imaged]
    to_image = [-logits[i][i] + torch.logsumexp(torch.stack([logits[j][i] for j in imaged]), 0) for i in imaged]
    clip = (sum(to_text) + sum(to_image)) / (2 * len(imaged))

    def similarity(rows, others):
        terms = [
            F.binary_cross_entropy_with_logits((rows[0] @ rows[k] + 1) / 2, torch.zeros((), dtype=rows.dtype))
            for k in others
        ]
        return sum(terms) / len(terms) if terms else 0.0

    sim_image = similarity(images, [k for k in imaged if k])
    sim_text = similarity(texts, range(1, len(texts)))
    return (clip * (1 + delta_image * sim_image) / 2 + clip * (1 + delta_text * sim_text) / 2) / 2


def test_a_tuple_worked_by_hand():
    """Images and texts (1, 0), (0, 1), scale 1, deltas 1: log(1 + 1/e) * (1 + softplus(0.5)) / 2 = 0.3092."""
    eye = torch.eye(2)[None]
    one = by_hand(eye, eye)
    assert anchor_similarity(eye, one.present).item() == pytest.approx(0.9741, abs=1e-4)
    assert tuple_contrast(one, 1.0).item() == pytest.approx(math.log(1 + math.exp(-1)))
    assert loss_of("drive", one, 1.0, delta_image=1.0, delta_text=1.0).item() == pytest.approx(0.3092, abs=1e-4)


def in_batch(given: Embedded, scale, text_only: bool):
    """The in-batch loss, image by image and text by text; `text_only`: texts without an image are offered too."""
    images, texts, present = given.images, given.texts, given.present
    places = [(b, k) for b in range(len(images)) for k in range(images.shape[1])]
    imaged = [place for place in places if present[place]]
    offered = places if text_only else imaged

    def choose(item, own, wrong):
        logits = torch.stack([scale * item @ other for other in [own, *wrong]])
        return torch.logsumexp(logits, 0) - scale * item @ own

    def others(rows, place, among):
        return [rows[other] for other in among if given.text_ids[other] != given.text_ids[place]]

    to_text = [choose(images[p], texts[p], others(texts, p, offered)) for p in imaged]
    to_image = [choose(texts[p], images[p], others(images, p, imaged)) for p in imaged]
    return (sum(to_text) + sum(to_image)) / (2 * len(imaged))


def plain_loop(method: str, given: Embedded, scale):
    images, texts, present, captions, _, caption_ids = given
    if method in ("clip", "negclip"):
        return in_batch(given, scale, method == "negclip")
    tuples = range(len(images))
    if method == "drive":
        return sum(one_tuple(images[b], texts[b], present[b], scale, 1.2233, 0.615) for b in tuples) / len(images)
    # without its deltas a tuple's loss is half its cross-entropy
    inside = sum(2 * one_tuple(images[b], texts[b], present[b], scale, 0, 0) for b in tuples) / len(images)
    whole = 0
    for b in tuples:
        others = [c for c in tuples if caption_ids[c] != caption_ids[b]]
        to_text = torch.stack([scale * images[b, 0] @ captions[c] for c in [b, *others]])
        to_image = torch.stack([scale * images[c, 0] @ captions[b] for c in [b, *others]])
        whole += torch.logsumexp(to_text, 0) - to_text[0] + torch.logsumexp(to_image, 0) - to_image[0]
    return in_batch(given, scale, True) + 0.7 * inside + 0.4 * whole / (2 * len(images))


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

    The same tuple twice: each image meets its own text once and the wrong one twice, log(e + 2) - 1, each text its
    own image alone, and two equal captions are not contrasted.
    """
    eye, present = torch.eye(2)[None], torch.tensor([[True, False]])
    one, scale = by_hand(eye, eye, present), torch.tensor(1.0)
    weights = {"tuple_weight": 2.0, "caption_weight": 0.5}
    assert loss_of("clip", one, scale).item() == 0
    assert loss_of("negclip", one, scale).item() == pytest.approx(0.1566, abs=1e-4)
    assert loss_of("ours", one, scale, **weights).item() == pytest.approx(0.4699, abs=1e-4)
    twice = Embedded(*(torch.cat([part, part]) for part in one))
    assert loss_of("ours", twice, scale, **weights).item() == pytest.approx(0.5890, abs=1e-4)


def test_clip_is_the_plain_symmetric_loss_of_all_pairs():
    given = batch(6, 2)
    images, texts, ids = (part[given.present] for part in (given.images, given.texts, given.text_ids))
    plain = batch_contrast(images, texts, SCALE, ids)
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
        "from stages.common.files.params import Block\n"
        "from stages.common.training.terms import Loss\n"
        "from stages.train.losses.clip import clip_loss\n"
        "LOSS = Loss(clip_loss, Block, colour='#123456')\n"
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


@pytest.mark.parametrize("method", ["clip", "negclip", "ours"])
def test_a_perfect_model_pays_nothing_for_a_text_that_stands_twice(method):
    """Two tuples of the same anchor text and caption, all else orthogonal, and a scale at which what is left is 0:
    contrasted with each other the two would cost log 2 each."""
    rows = torch.eye(3)[torch.tensor([[0, 1], [0, 2]])]  # (2, 2, 3)
    ids = torch.tensor([[0, 1], [0, 2]])
    given = by_hand(rows, rows)._replace(text_ids=ids, caption_ids=ids[:, 0])
    assert loss_of(method, given, torch.tensor(100.0)).item() == pytest.approx(0, abs=1e-6)
    twice = loss_of(method, by_hand(rows, rows), torch.tensor(100.0)).item()
    assert twice >= math.log(2) / 2 - 1e-6


def test_clip_leaves_a_text_that_stands_twice_out_of_its_own_negatives():
    """The four pairs of above, but the negatives are one text and one image: (log(e + 2) + log(e + 3)) / 2 - 1."""
    rows = torch.eye(4)[torch.tensor([[0, 1], [2, 1]])]  # (2, 2, 4)
    given = by_hand(rows, rows)._replace(text_ids=torch.tensor([[0, 1], [2, 1]]))
    assert loss_of("clip", given, torch.tensor(1.0)).item() == pytest.approx(0.6476, abs=1e-4)
