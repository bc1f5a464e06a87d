"""The loop in memory: it stops on a bad loss, resumes exactly, accumulates, and ends its rate at zero."""

import copy
from functools import partial

import pytest
import torch

from stages.common.clip.embed import pixel_encoder
from stages.common.files.errors import InputError
from stages.common.training.batches import Batch
from stages.common.training.loop import (
    TIMINGS,
    Hooks,
    Plan,
    Towers,
    as_tuples,
    fine_tune,
    gradients,
    make_tools,
    whole_batch,
)
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from stages.train.freeze import freeze
from tests.project import tiny_model
from tests.train.project import OPTIONS

SAVE_EVERY = 5


def options(**changed) -> TrainOptions:
    return TrainOptions(**OPTIONS | changed)


def loss_of(method: str):
    return partial(LOSSES[method].function, options=options().methods[method])


def batches(count: int, size: int = 3) -> list[Batch]:
    generator = torch.Generator().manual_seed(0)

    def draw(high: int, *shape: int) -> torch.Tensor:
        return torch.randint(high, shape, generator=generator)

    present = torch.ones(size, 2, dtype=torch.bool)
    present[0, 1] = False  # a text alone
    pictures = int(present.sum())

    def one() -> Batch:
        texts, captions = draw(4, size, 2), draw(6, size)
        tokens, ids = draw(400, 6, 12).int(), torch.arange(6)
        return Batch(draw(256, pictures, 3, 16, 16).byte(), tokens, ids, texts, present, captions)

    return [one() for _ in range(count)]


def split(batch: Batch, count: int) -> list[Batch]:
    """The batch in `count` parts of equally many tuples."""
    images = batch.images.split([int(present.sum()) for present in batch.present.chunk(count)])
    rows = (part.chunk(count) for part in (batch.texts, batch.present, batch.captions))
    return [Batch(shown, batch.tokens, batch.ids, *part) for shown, *part in zip(images, *rows)]


def train(model, given, total, settings=None, loss=loss_of("drive"), state=None, save=lambda state: None):
    """The history of a run, without what differs from run to run."""
    plan = Plan(loss, settings or options(), total, seed=0, save_every=SAVE_EVERY)
    history = fine_tune(model, pixel_encoder(model), iter(given), plan, Hooks(save), state)
    return [{name: value for name, value in row.items() if name not in TIMINGS} for row in history]


def weights(model) -> torch.Tensor:
    return torch.cat([value.flatten() for value in model.state_dict().values()])


def test_a_loss_that_is_not_finite_names_its_step():
    calls = []

    def bad(batch, scale):
        calls.append(1)
        return batch.images.sum() * (float("nan") if len(calls) == 4 else 1.0)

    saved = []
    with pytest.raises(InputError, match="the loss is nan in step 4; lower train.lr"):
        train(tiny_model()[0], batches(8), 8, loss=bad, save=saved.append)
    assert not saved  # step 5 would have written a checkpoint


def test_resumed_in_memory_equals_unbroken():
    given, saved = batches(12), []
    model = tiny_model()[0]
    history = train(model, given, 12, save=lambda state: saved.append(copy.deepcopy(state)))
    assert [state["step"] for state in saved] == [5, 10]
    again = tiny_model()[0]
    assert train(again, given[5:], 12, state=saved[0]) == history
    assert torch.equal(weights(model), weights(again))


def test_dropout_repeats_and_resumes():
    """What is dropped in a step hangs on the seed and the step, not on what was drawn before."""
    given, saved, model = batches(12), [], with_dropout()
    train(model, given, 12, save=lambda state: saved.append(copy.deepcopy(state)))
    again = with_dropout()
    torch.rand(7)
    train(again, given[5:], 12, state=saved[0])
    assert torch.equal(weights(model), weights(again))
    assert not torch.equal(weights(model)[:100], torch.zeros(100))


def test_validation_changes_nothing_and_joins_the_history():
    model, again, calls = tiny_model()[0], tiny_model()[0], []

    def check():
        calls.append(torch.rand(3))
        return {"val": 0.5}

    history = train(model, batches(12), 12)
    plan = Plan(loss_of("drive"), options(), 12, seed=0, save_every=SAVE_EVERY)
    checked = fine_tune(again, pixel_encoder(again), iter(batches(12)), plan, Hooks(validate=check))
    assert [row["step"] for row in checked if "val" in row] == [10, 12]
    assert [row["loss"] for row in checked] == [row["loss"] for row in history]
    assert torch.equal(weights(model), weights(again))


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_every_method_trains(method):
    model = tiny_model()[0]
    before = weights(model)
    history = train(model, batches(1) * 30, 30, loss=loss_of(method))
    assert [row["step"] for row in history] == [10, 20, 30]
    assert history[-1]["loss"] < history[0]["loss"]
    assert not torch.equal(before, weights(model))


def gradient_of(model) -> torch.Tensor:
    """Of all parameters that are trained, one after another; they forget it."""
    found = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    model.zero_grad()
    return found


def with_dropout():
    model = tiny_model()[0]
    model.visual.transformer.resblocks[0].mlp.append(torch.nn.Dropout(0.5))
    return model.train()


@pytest.mark.parametrize("tower", ["none", "image", "text"])
@pytest.mark.parametrize("method", sorted(LOSSES))
def test_parts_of_a_batch_give_the_gradient_of_the_whole(method, tower, monkeypatch):
    """Six tuples at once and as two parts of three, in single precision, with nothing random."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    [batch], model = batches(1, size=6), tiny_model()[0]
    freeze(model, tower)
    towers, found = Towers(model, pixel_encoder(model)), []
    for count in (1, 2, 3):
        figures = gradients(towers, split(batch, count), [0] * count, loss_of(method))
        found.append((figures, gradient_of(model)))
    for figures, gradient in found[1:]:
        torch.testing.assert_close(figures, found[0][0])
        torch.testing.assert_close(gradient, found[0][1], atol=1e-5, rtol=1e-4)


def test_parts_are_encoded_twice_with_the_same_dropout(monkeypatch):
    """Of the two parts with seeds 5 and 6 the gradient is that of one graph over both."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    [batch], model = batches(1, size=6), with_dropout()
    towers, parts, seen = Towers(model, pixel_encoder(model)), split(batch, 2), []
    gradients(towers, parts, [5, 6], loss_of("ours"))
    found = gradient_of(model)
    for part, seed in zip(parts, (5, 6)):
        torch.manual_seed(seed)
        seen.append(as_tuples(part, *towers(part.images, part.tokens)[:2]))
    loss_of("ours")(whole_batch(seen), model.logit_scale.exp()).backward()
    expected = gradient_of(model)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)
    gradients(towers, parts, [5, 7], loss_of("ours"))
    assert not torch.allclose(gradient_of(model), expected, atol=1e-3)


def test_checkpointed_layers_change_nothing():
    """The same weights bit for bit, whether activations are kept or made again."""
    kept, again = tiny_model()[0], tiny_model()[0]
    again.set_grad_checkpointing()
    for model in (kept, again):
        train(model, batches(5), 5)
    assert torch.equal(weights(kept), weights(again))


def test_the_rate_ends_at_zero_in_the_last_step():
    _, _, optimizer, schedule = make_tools(tiny_model()[0], None, 6, options(warmup=2, lr=1.0))
    rates = []
    for _ in range(6):
        rates.append(round(schedule.get_last_lr()[0], 3))
        optimizer.step()
        schedule.step()
    assert rates == [0.5, 1.0, 0.854, 0.5, 0.146, 0.0]


def test_gains_biases_and_the_scale_do_not_decay():
    model = tiny_model()[0]
    optimizer = make_tools(model, None, 6, options(weight_decay=0.01)).optimizer
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    kept = {name for name, p in model.named_parameters() if not decay[id(p)]}
    plain = ("bias", "ln_1.weight", "ln_2.weight", "ln_pre.weight", "ln_post.weight", "ln_final.weight")
    assert {"logit_scale", "visual.class_embedding"} == {name for name in kept if not name.endswith(plain)}
    assert set(decay.values()) == {0.0, 0.01}
    assert decay[id(model.token_embedding.weight)] == decay[id(model.text_projection)] == 0.01


@pytest.mark.parametrize("tower", ["image", "text"])
def test_a_frozen_tower_stays(tower):
    model, base = tiny_model()[0], tiny_model()[0].state_dict()
    freeze(model, tower)
    train(model, batches(5), 5)
    for name, value in model.state_dict().items():
        frozen = name.startswith("visual.") == (tower == "image") and name != "logit_scale"
        assert torch.equal(value, base[name]) or not frozen
    assert not torch.equal(weights(model), weights(tiny_model()[0]))


def test_logit_scale_keeps_below_its_limit():
    model = tiny_model()[0]
    train(model, batches(5), 5, options(max_scale=2))
    assert model.logit_scale.exp().item() <= 2.0001
