"""The fine-tuning loop that every method shares: resumable, the same weights however often it stops."""

import contextlib
import itertools
import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import open_clip
import torch
from tqdm import tqdm

from stages.common.clip.clip import attention, embed_padded_texts
from stages.common.files.errors import InputError
from stages.common.training.optim import parameter_groups, warmup_cosine
from stages.train import parallel
from stages.train.load import Batch
from stages.train.options import TrainOptions
from stages.train.terms import Embedded
from stages.train.weights import training_mode

RECORD_EVERY = 10  # steps between rows of the history
VALIDATIONS = 5  # in a run, the last after its last step
TIMINGS = ("data_seconds", "tuples_per_second")  # columns of the history that differ from run to run
Encoder = Callable[[torch.Tensor], torch.Tensor]  # of pixels, or of cached embeddings


class Plan(NamedTuple):
    """What stays the same throughout a run."""

    loss: Callable[[Embedded, torch.Tensor], torch.Tensor]  # of a batch and the scale, with its options
    options: TrainOptions
    steps: int  # in all
    seed: int
    save_every: int  # steps


class Hooks(NamedTuple):
    """What a run calls."""

    save: Callable[[dict], None] = lambda state: None  # with the state from which a later call goes on
    log: Callable[[dict], None] = lambda row: None  # with each row of the history
    validate: Callable[[], dict[str, float]] = dict  # for columns of some rows of the history


class Towers(torch.nn.Module):
    """Both towers as one forward, which several processes need to join their gradients."""

    def __init__(self, model: open_clip.CLIP, encode: Encoder):
        super().__init__()
        self.model, self.encode = model, encode

    def forward(self, images: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Unit-length embeddings of images (P, D) and of texts (U, D), and exp(logit_scale), a scalar."""
        device = self.model.logit_scale.device
        texts = embed_padded_texts(self.model, tokens, device)  # (U, D)
        return self.encode(images.to(device, non_blocking=True)), texts, self.model.logit_scale.exp()


class Tools(NamedTuple):
    """What a step changes."""

    model: open_clip.CLIP
    towers: torch.nn.Module  # those of the model
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def as_tuples(batch: Batch, shown: torch.Tensor, said: torch.Tensor) -> Embedded:
    """What the loss sees of a batch of which `shown` (P, D) and `said` (U, D) are the embeddings.

    Absent images get zeros.
    """
    where = batch.present.flatten().nonzero().squeeze(1)  # (P,), found on the CPU: the GPU need not be waited for
    ids, texts, present, captions, where = (
        part.to(said.device, non_blocking=True)
        for part in (batch.ids, batch.texts, batch.present, batch.captions, where)
    )
    images = shown.new_zeros(present.numel(), shown.shape[-1])  # (B * (K+1), D)
    images = images.index_copy(0, where, shown).unflatten(0, present.shape)  # (B, K+1, D)
    return Embedded(images, said[texts], present, said[captions], ids[texts], ids[captions])


def whole_batch(parts: list[Embedded]) -> Embedded:
    """The parts of this process joined, and those of all others: B is the sum."""
    return Embedded(*(parallel.gather(torch.cat(column)) for column in zip(*parts)))


def tuple_accuracy(batch: Embedded) -> torch.Tensor:
    """The share of anchor images that prefer their own text over all of their tuple's others, a scalar."""
    scores = torch.einsum("bd,btd->bt", batch.images[:, 0].detach(), batch.texts.detach())  # (B, K+1)
    return (scores[:, 0] > scores[:, 1:].amax(dim=1)).float().mean()


def gradients(
    towers: torch.nn.Module, parts: list[Batch], seeds: list[int], loss: Callable[..., torch.Tensor]
) -> torch.Tensor:
    """Leave the gradient of the loss of the whole batch in the parameters; that loss and the accuracy (2,).

    `parts` are those of this process, and `seeds` of what is random in the model with each. The loss is taken of
    embeddings alone. With several parts, as in GradCache (arXiv 2101.06983), they are made without a graph, and
    again with it one part after another, once the loss's gradient of them is known: memory is that of one part.
    """
    alone = len(parts) == 1
    with torch.set_grad_enabled(alone):
        made = [_run(towers, part, seed) for part, seed in zip(parts, seeds)]
    leaves = [[output.detach().requires_grad_() for output in outputs] for outputs in made]
    batch = whole_batch([as_tuples(part, shown, said) for part, (shown, said, _) in zip(parts, leaves)])
    value = loss(batch, leaves[0][2])
    value.backward()
    for number, (part, seed) in enumerate(zip(parts, seeds), 1):
        joins = number == len(parts) or parallel.world() == 1
        with contextlib.nullcontext() if joins else towers.no_sync():
            outputs = made[0] if alone else _run(towers, part, seed)
            _backward(outputs, leaves[number - 1])
    return torch.stack([value.detach(), tuple_accuracy(batch)])  # (2,)


def _run(towers: torch.nn.Module, part: Batch, seed: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(seed)
    return towers(part.images, part.tokens)


def _backward(outputs: tuple[torch.Tensor, ...], leaves: list[torch.Tensor]) -> None:
    """Pass the gradients of the towers' outputs on: zeros for one that the loss does not read, as it is waited for.

    Each process has encoded other rows, so the mean over all processes, which comes next, is multiplied to a sum;
    the scale's gradient is the same in all.
    """
    given = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    given[:2] = [gradient * parallel.world() for gradient in given[:2]]
    pairs = [pair for pair in zip(outputs, given) if pair[0].requires_grad]  # a frozen tower's does not
    with attention(leaves[0].device):
        torch.autograd.backward(*zip(*pairs))


def advance(tools: Tools, batches: Iterator[Batch], step: int, plan: Plan) -> torch.Tensor:
    """One optimizer step over the next batch: its loss and tuple accuracy, and the gradient's norm before it is
    clipped, (3,)."""
    parts = list(itertools.islice(batches, plan.options.accumulate))
    tools.optimizer.zero_grad(set_to_none=True)
    figures = gradients(tools.towers, parts, part_seeds(plan.seed, step, len(parts)), plan.loss)  # (2,)
    norm = torch.nn.utils.clip_grad_norm_(tools.model.parameters(), plan.options.clip_norm)
    tools.optimizer.step()
    tools.schedule.step()
    with torch.no_grad():
        tools.model.logit_scale.clamp_(0, math.log(plan.options.max_scale))
    return torch.cat([figures, norm.detach()[None]])  # (3,)


def fine_tune(
    model: open_clip.CLIP,
    encode: Encoder,
    batches: Iterator[Batch],
    plan: Plan,
    hooks: Hooks,
    state: dict | None = None,
) -> list[dict]:
    """Train `model` in place and return its history, a row every ten steps.

    `batches` gives those still to do after `state`, what `hooks.save` got every `plan.save_every` steps,
    `options.accumulate` a step: a run that goes on from there ends with the same weights, as what is random in a
    step (dropout) hangs on the seed and the step alone. InputError on a loss that is not finite, naming the step.
    """
    steps, checks = plan.steps, validation_steps(plan.steps)
    tools = make_tools(model, encode, steps, plan.options)
    done, history = restore(state, tools) if state else (0, [])
    figures, waits = [], []  # of the steps since they were last looked at: a look waits for the GPU
    batches, since = timed(batches, waits), time.perf_counter()
    training_mode(model)
    tools, batches = joined(tools, batches)
    with tqdm(range(done + 1, steps + 1), "train", steps, initial=done, disable=parallel.rank() > 0) as progress:
        for step in progress:
            rate = tools.schedule.get_last_lr()[0]
            figures.append(advance(tools, batches, step, plan))
            last = step == steps
            if last or step % RECORD_EVERY == 0 or step % plan.save_every == 0:
                row = last_row(figures, step)
                progress.set_postfix(row)
            if last or step % RECORD_EVERY == 0:
                row |= {"lr": float(f"{rate:.6g}")} | speeds(waits, time.perf_counter() - since, plan.options)
                row |= hooks.validate() if step in checks else {}
                history.append(row)
                hooks.log(row)
                figures, waits[:], since = [], [], time.perf_counter()
            if step % plan.save_every == 0 and not last:
                hooks.save(snapshot(tools, step, history))
    return history


def joined(tools: Tools, batches: Iterator[Batch]) -> tuple[Tools, Iterator[Batch]]:
    """The tools with towers that all processes share, and the same batches, of which the first is looked at."""
    first = next(batches)
    towers = parallel.wrap(tools.towers, first.images, first.tokens)
    return tools._replace(towers=towers), itertools.chain([first], batches)


def timed(batches: Iterator[Batch], waits: list[float]) -> Iterator[Batch]:
    """The same batches; the seconds that each took to come are added to `waits`."""
    while True:
        start = time.perf_counter()
        batch = next(batches, None)
        if batch is None:
            return
        waits.append(time.perf_counter() - start)
        yield batch


def speeds(waits: list[float], seconds: float, options: TrainOptions) -> dict[str, float]:
    """TIMINGS of the parts of batches that took `waits` to come and `seconds` in all."""
    tuples = len(waits) * options.batch_size / options.accumulate
    return dict(zip(TIMINGS, (round(sum(waits) / len(waits), 4), round(tuples / seconds, 1)), strict=True))


def part_seeds(seed: int, step: int, count: int) -> list[int]:
    """The seeds of what is random in the model in one step, one for each of this process's `count` parts."""
    parts = range(parallel.rank() * count, (parallel.rank() + 1) * count)
    return [int(np.random.default_rng([seed, 4, step, part]).integers(2**63)) for part in parts]


def validation_steps(steps: int) -> set[int]:
    """The steps of a run after which it is validated, all of which have a row in the history.

    >>> sorted(validation_steps(97)), sorted(validation_steps(611))
    ([20, 40, 60, 80, 97], [130, 250, 370, 490, 611])
    """
    wanted = (-(-steps * part // VALIDATIONS) for part in range(1, VALIDATIONS + 1))
    return {min(steps, -(-step // RECORD_EVERY) * RECORD_EVERY) for step in wanted}


def make_tools(model: open_clip.CLIP, encode: Encoder, steps: int, options: TrainOptions) -> Tools:
    """AdamW over what is not frozen, and its rate: warm-up, then a cosine that reaches 0 in the last step."""
    optimizer = torch.optim.AdamW(parameter_groups(model, options.weight_decay), lr=options.lr, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: warmup_cosine(done + 1, options.warmup, steps))
    return Tools(model, Towers(model, encode), optimizer, schedule)


def last_row(figures: list[torch.Tensor], step: int) -> dict:
    """The history's row for `step`, `figures` (what `advance` gave) being those of the steps up to it."""
    rows = torch.stack(figures).tolist()  # steps of (loss, accuracy, norm)
    for number, (value, *_) in enumerate(rows, step - len(rows) + 1):
        if not math.isfinite(value):
            raise InputError(f"the loss is {value} in step {number}; lower train.lr")
    value, accuracy, norm = rows[-1]
    return {
        "step": step,
        "loss": round(value, 5),
        "tuple_accuracy": round(accuracy, 4),
        "gradient_norm": float(f"{norm:.4g}"),
    }


def snapshot(tools: Tools, step: int, history: list[dict]) -> dict:
    """All that an unbroken run would have in memory after `step`."""
    parts = {name: getattr(tools, name).state_dict() for name in ("model", "optimizer", "schedule")}
    return parts | {"step": step, "history": history}


def restore(state: dict, tools: Tools) -> tuple[int, list[dict]]:
    """Put a snapshot back: the steps done and the history so far."""
    for name in ("model", "optimizer", "schedule"):
        getattr(tools, name).load_state_dict(state[name])
    return state["step"], state["history"]
