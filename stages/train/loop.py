"""The fine-tuning loop that every method shares: resumable, the same weights however often it stops."""

import itertools
import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import open_clip
import torch
from tqdm import tqdm

from stages.common.clip import embed_padded_texts
from stages.common.errors import InputError
from stages.common.optim import parameter_groups, warmup_cosine
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
    batches: int  # in all, options.accumulate an optimizer step (the last may have fewer)
    seed: int
    save_every: int  # steps


class Hooks(NamedTuple):
    """What a run calls."""

    save: Callable[[dict], None] = lambda state: None  # with the state from which a later call goes on
    log: Callable[[dict], None] = lambda row: None  # with each row of the history
    validate: Callable[[], dict[str, float]] = dict  # for columns of some rows of the history


class Tools(NamedTuple):
    """What a step changes, and the image tower's encoder."""

    model: open_clip.CLIP
    encode: Encoder
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def embed_tuples(model: open_clip.CLIP, encode: Encoder, batch: Batch) -> Embedded:
    """What the loss sees of a batch, on the model's device.

    Absent images get zeros. With several processes all get the rows of all, B being their sum.
    """
    device = model.logit_scale.device
    where = batch.present.flatten().nonzero().squeeze(1)  # (P,), found on the CPU: the GPU need not be waited for
    distinct = embed_padded_texts(model, batch.tokens, device)  # (U, D)
    pixels, ids, texts, present, captions, where = (
        part.to(device, non_blocking=True)
        for part in (batch.images, batch.ids, batch.texts, batch.present, batch.captions, where)
    )
    shown = encode(pixels)  # (P, D)
    images = shown.new_zeros(present.numel(), shown.shape[-1])  # (B * (K+1), D)
    images = images.index_copy(0, where, shown).unflatten(0, present.shape)  # (B, K+1, D)
    seen = images, distinct[texts], present, distinct[captions], ids[texts], ids[captions]
    return Embedded(*map(parallel.gather, seen))


def tuple_accuracy(batch: Embedded) -> torch.Tensor:
    """The share of anchor images that prefer their own text over all of their tuple's others, a scalar."""
    scores = torch.einsum("bd,btd->bt", batch.images[:, 0].detach(), batch.texts.detach())  # (B, K+1)
    return (scores[:, 0] > scores[:, 1:].amax(dim=1)).float().mean()


def gradients(
    model: open_clip.CLIP, encode: Encoder, batches: Iterator[Batch], count: int, loss: Callable[..., torch.Tensor]
) -> torch.Tensor:
    """Leave the mean gradient of the next `count` batches in the parameters; their mean loss and accuracy (2,)."""
    figures = torch.zeros(2, device=model.logit_scale.device)
    for batch in itertools.islice(batches, count):
        embedded = embed_tuples(model, encode, batch)
        value = loss(embedded, model.logit_scale.exp())
        (value / count).backward()
        figures += torch.stack([value.detach(), tuple_accuracy(embedded)]) / count  # (2,)
    parallel.average_gradients(model.parameters())
    return figures


def advance(tools: Tools, batches: Iterator[Batch], count: int, plan: Plan) -> torch.Tensor:
    """One optimizer step over the next `count` batches: their mean loss and tuple accuracy, and the gradient's
    norm before it is clipped, (3,)."""
    tools.optimizer.zero_grad(set_to_none=True)
    figures = gradients(tools.model, tools.encode, batches, count, plan.loss)  # (2,)
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

    `batches` gives those still to do after `state`, what `hooks.save` got every `plan.save_every` steps:
    a run that goes on from there ends with the same weights, as what is random in a step (dropout)
    hangs on the seed and the step alone. InputError on a loss that is not finite, naming the step.
    """
    steps = optimizer_steps(plan.batches, plan.options)
    tools = make_tools(model, encode, steps, plan.options)
    done, history = restore(state, tools) if state else (0, [])
    checks = validation_steps(steps)
    figures, waits = [], []  # of the steps since they were last looked at: a look waits for the GPU
    batches, since = timed(batches, waits), time.perf_counter()
    training_mode(model)
    with tqdm(range(done + 1, steps + 1), "train", steps, initial=done, disable=parallel.rank() > 0) as progress:
        for step in progress:
            count = min(plan.options.accumulate, plan.batches - (step - 1) * plan.options.accumulate)
            rate = tools.schedule.get_last_lr()[0]
            torch.manual_seed(step_seed(plan.seed, step))
            figures.append(advance(tools, batches, count, plan))
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
    """TIMINGS of the batches that took `waits` to come and `seconds` in all."""
    tuples = len(waits) * options.batch_size * parallel.world()
    return dict(zip(TIMINGS, (round(sum(waits) / len(waits), 4), round(tuples / seconds, 1)), strict=True))


def step_seed(seed: int, step: int) -> int:
    """The seed of what is random in the model in one step of this process."""
    return int(np.random.default_rng([seed, 4, step, parallel.rank()]).integers(2**63))


def validation_steps(steps: int) -> set[int]:
    """The steps of a run after which it is validated, all of which have a row in the history.

    >>> sorted(validation_steps(97)), sorted(validation_steps(611))
    ([20, 40, 60, 80, 97], [130, 250, 370, 490, 611])
    """
    wanted = (-(-steps * part // VALIDATIONS) for part in range(1, VALIDATIONS + 1))
    return {min(steps, -(-step // RECORD_EVERY) * RECORD_EVERY) for step in wanted}


def optimizer_steps(batches: int, options: TrainOptions) -> int:
    """The steps of a run of `batches`; InputError where its warm-up would not end."""
    steps = -(-batches // options.accumulate)
    if options.warmup >= steps:
        raise InputError(
            f"params.yaml: train.warmup {options.warmup} is not below the run's {steps} steps; "
            "lower it, or give more epochs or captions"
        )
    return steps


def make_tools(model: open_clip.CLIP, encode: Encoder, steps: int, options: TrainOptions) -> Tools:
    """AdamW over what is not frozen, and its rate: warm-up, then a cosine that reaches 0 in the last step."""
    optimizer = torch.optim.AdamW(parameter_groups(model, options.weight_decay), lr=options.lr, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: warmup_cosine(done + 1, options.warmup, steps))
    return Tools(model, encode, optimizer, schedule)


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
