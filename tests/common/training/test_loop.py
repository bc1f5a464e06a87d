"""The loop in memory: it stops on a bad loss, resumes exactly, accumulates, and ends its rate at zero."""

import copy
from functools import partial

import pytest
import torch

from stages.common.clip.embed import pixel_encoder
from stages.common.files.errors import InputError
from stages.common.training.batches import Batch
from stages.common.training.loop import (
    Hooks,
    Towers,
    as_tuples,
    gradients,
    history_row,
    train_model,
    training_mode,
    tuple_accuracy,
    whole_batch,
)
from stages.common.training.optimizer import Plan
from stages.common.training.terms import Embedded
from stages.train.freeze import freeze
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from tests.project import tiny_model
from tests.train.project import OPTIONS

SAVE_EVERY = 5


def loss_of(method: str):
    return partial(LOSSES[method].function, options=TrainOptions(**OPTIONS).methods[method])


def plan_of(steps: int, loss=loss_of("drive"), **changed) -> Plan:
    return Plan(loss, steps, 0, SAVE_EVERY, 4, 0.003, 0.01, 3, **changed)


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
    """The batch in `count` shards of equally many tuples."""
    images = batch.images.split([int(present.sum()) for present in batch.present.chunk(count)])
    rows = (part.chunk(count) for part in (batch.texts, batch.present, batch.captions))
    return [Batch(part, batch.tokens, batch.ids, *others) for part, *others in zip(images, *rows)]


def train(model, given, steps, loss=loss_of("drive"), state=None, hooks=Hooks(), **changed):
    """The history of a run."""
    return train_model(model, pixel_encoder(model), iter(given), plan_of(steps, loss, **changed), hooks, state)


def keep_states(states: list) -> Hooks:
    return Hooks(save=lambda state: states.append(copy.deepcopy(state)))


def weights(model) -> torch.Tensor:
    return torch.cat([value.flatten() for value in model.state_dict().values()])


def test_a_loss_that_is_not_finite_names_its_step():
    calls = []

    def bad(batch, scale):
        calls.append(1)
        return batch.images.sum() * (float("nan") if len(calls) == 4 else 1.0)

    saved = []
    with pytest.raises(InputError, match="the loss is nan in step 4; lower train.lr"):
        train(tiny_model()[0], batches(8), 8, loss=bad, hooks=keep_states(saved))
    assert not saved  # step 5 would have written a checkpoint


def test_a_resumed_run_ends_as_one_that_was_not_interrupted():
    """With dropout: what is dropped in a step depends on the seed and the step, not on what was drawn before."""
    given, saved, model = batches(12), [], with_dropout()
    history = train(model, given, 12, hooks=keep_states(saved))
    assert [state["step"] for state in saved] == [5, 10]
    again = with_dropout()
    torch.rand(7)
    assert train(again, given[5:], 12, state=saved[0]) == history
    assert torch.equal(weights(model), weights(again))
    assert not torch.equal(weights(model), weights(with_dropout()))


def test_validation_changes_nothing_and_joins_the_history():
    """In a model with dropout, which validation leaves in evaluation mode."""
    model, again = with_dropout(), with_dropout()

    def check():
        torch.rand(3)
        again.eval()
        return {"val": 0.5}

    history = train(model, batches(12), 12)
    checked = train(again, batches(12), 12, hooks=Hooks(validate=check))
    assert [row["step"] for row in checked if "val" in row] == [10, 12]
    assert [row["loss"] for row in checked] == [row["loss"] for row in history]
    assert torch.equal(weights(model), weights(again))


def test_each_row_of_the_history_is_logged_with_timings():
    logged = []
    history = train(tiny_model()[0], batches(12), 12, hooks=Hooks(log=logged.append))
    assert [row["step"] for row in history] == [10, 12]
    assert list(history[0]) == ["step", "loss", "tuple_accuracy", "gradient_norm", "lr"]
    timings = [{name: row.pop(name) for name in ("data_seconds", "tuples_per_second")} for row in logged]
    assert logged == history and all(row["data_seconds"] >= 0 and row["tuples_per_second"] > 0 for row in timings)


def test_a_row_rounds_its_figures_and_leaves_out_an_accuracy_without_negatives():
    figures = [torch.tensor([2.0, 0.5, 1.0]), torch.tensor([1.2345678, 0.123456, 1234.567])]
    row = {"step": 7, "loss": 1.23457, "tuple_accuracy": 0.1235, "gradient_norm": 1235.0}
    assert history_row(figures, 7, "train") == row
    pairs = Embedded(*(torch.ones(2, 1, 3) for _ in range(2)), *(torch.ones(2, 1) for _ in range(4)))
    assert tuple_accuracy(pairs).isnan()
    assert history_row([torch.tensor([1.0, torch.nan, 1.0])], 1, "base") == {
        "step": 1,
        "loss": 1.0,
        "gradient_norm": 1.0,
    }


@pytest.mark.parametrize("method", sorted(LOSSES))
def test_every_method_trains(method):
    model = tiny_model()[0]
    before = weights(model)
    history = train(model, batches(1) * 30, 30, loss=loss_of(method))
    assert [row["step"] for row in history] == [10, 20, 30]
    assert history[-1]["loss"] < history[0]["loss"]
    assert not torch.equal(before, weights(model))


def gradient_of(model) -> torch.Tensor:
    """Of all parameters that are trained, one after another; it is cleared."""
    found = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    model.zero_grad()
    return found


def with_dropout():
    model = tiny_model()[0]
    model.visual.transformer.resblocks[0].mlp.append(torch.nn.Dropout(0.5))
    return model.train()


@pytest.mark.parametrize("tower", ["none", "image", "text"])
@pytest.mark.parametrize("method", sorted(LOSSES))
def test_shards_of_a_batch_give_the_gradient_of_the_whole(method, tower, monkeypatch):
    """Six tuples at once, as two shards of three and as three of two, in single precision, with nothing random."""
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


def test_shards_are_encoded_twice_with_the_same_dropout(monkeypatch):
    """The gradient of two shards with seeds 5 and 6 is that of one graph over both."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    [batch], model = batches(1, size=6), with_dropout()
    towers, shards, embedded = Towers(model, pixel_encoder(model)), split(batch, 2), []
    gradients(towers, shards, [5, 6], loss_of("ours"))
    found = gradient_of(model)
    for shard, seed in zip(shards, (5, 6)):
        torch.manual_seed(seed)
        embedded.append(as_tuples(shard, *towers(shard.images, shard.tokens)[:2]))
    loss_of("ours")(whole_batch(embedded), model.logit_scale.exp()).backward()
    expected = gradient_of(model)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)
    gradients(towers, shards, [5, 7], loss_of("ours"))
    assert not torch.allclose(gradient_of(model), expected, atol=1e-3)


def test_checkpointed_layers_change_nothing():
    """The same weights bit for bit, whether activations are kept or made again."""
    kept, again = tiny_model()[0], tiny_model()[0]
    again.set_grad_checkpointing()
    for model in (kept, again):
        train(model, batches(5), 5)
    assert torch.equal(weights(kept), weights(again))


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
    train(model, batches(5), 5, max_scale=2)
    assert model.logit_scale.exp().item() <= 2.0001


def test_batch_normalisation_keeps_its_statistics_and_learns_its_gain():
    """Pixels of mean 5 would move a running mean of 0; the gain gets a gradient all the same."""
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1), torch.nn.BatchNorm2d(2), torch.nn.Dropout(0.5))
    training_mode(model)
    assert [module.training for module in model] == [True, False, True]
    assert model[1].weight.grad is None
    model(torch.full((4, 3, 8, 8), 5.0)).sum().backward()
    assert model[1].running_mean.tolist() == [0, 0] and model[1].weight.grad is not None
    training_mode(model, batch_statistics=True)
    assert all(module.training for module in model)
