"""The fine-tuning loop that every method shares: resumable, the same weights however often it stops."""

import itertools
import math
from collections.abc import Callable, Iterator

import open_clip
import torch
from tqdm import tqdm

from stages.common.clip import embed_padded_texts
from stages.common.errors import InputError
from stages.common.optim import parameter_groups, warmup_cosine
from stages.train import parallel
from stages.train.load import Batch
from stages.train.losses import Embedded

RECORD_EVERY = 10  # steps between rows of the history


def embed_tuples(
    model: open_clip.CLIP, encode: Callable[[torch.Tensor], torch.Tensor], batch: Batch
) -> Embedded:
    """What the loss sees of a batch, on the model's device.

    Absent images get zeros. With several processes all get the rows of all, B being their sum.
    """
    device = model.logit_scale.device
    where = batch.present.flatten().nonzero().squeeze(1)  # (P,), found on the CPU: the GPU need not be waited for
    distinct = embed_padded_texts(model, batch.tokens, device)  # (U, D)
    pixels, texts, present, captions, where = (
        part.to(device, non_blocking=True)
        for part in (batch.images, batch.texts, batch.present, batch.captions, where)
    )
    shown = encode(pixels)  # (P, D)
    images = shown.new_zeros(present.numel(), shown.shape[-1])  # (B * (K+1), D)
    images = images.index_copy(0, where, shown).unflatten(0, present.shape)  # (B, K+1, D)
    return Embedded(*map(parallel.gather, (images, distinct[texts], present, distinct[captions])))


def tuple_accuracy(batch: Embedded) -> torch.Tensor:
    """The share of anchor images that prefer their own text over all of their tuple's others, a scalar."""
    scores = torch.einsum("bd,btd->bt", batch.images[:, 0].detach(), batch.texts.detach())  # (B, K+1)
    return (scores[:, 0] > scores[:, 1:].amax(dim=1)).float().mean()


def gradients(
    model: open_clip.CLIP,
    encode: Callable[[torch.Tensor], torch.Tensor],
    batches: Iterator[Batch],
    count: int,
    loss: Callable[..., torch.Tensor],
    options: dict,
) -> tuple[torch.Tensor, int]:
    """Leave the mean gradient of the next `count` batches in the parameters.

    Returns their mean loss and tuple accuracy, (2,), and the number of images.
    """
    figures, shown = torch.zeros(2, device=model.logit_scale.device), 0
    for batch in itertools.islice(batches, count):
        embedded = embed_tuples(model, encode, batch)
        value = loss(embedded, model.logit_scale.exp(), options)
        (value / count).backward()
        figures += torch.stack([value.detach(), tuple_accuracy(embedded)]) / count  # (2,)
        shown += len(batch.images) * parallel.world()
    parallel.average_gradients(model.parameters())
    return figures, shown


def advance(
    model: open_clip.CLIP,
    encode: Callable[[torch.Tensor], torch.Tensor],
    batches: Iterator[Batch],
    count: int,
    loss: Callable[..., torch.Tensor],
    options: dict,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> tuple[torch.Tensor, int]:
    """One optimizer step over the next `count` batches; what `gradients` returns."""
    optimizer.zero_grad(set_to_none=True)
    found = gradients(model, encode, batches, count, loss, options)
    torch.nn.utils.clip_grad_norm_(model.parameters(), options["clip_norm"])
    optimizer.step()
    schedule.step()
    with torch.no_grad():
        model.logit_scale.clamp_(0, math.log(options["max_scale"]))
    return found


def fine_tune(
    model: open_clip.CLIP,
    encode: Callable[[torch.Tensor], torch.Tensor],
    batches: Iterator[Batch],
    total: int,
    loss: Callable[..., torch.Tensor],
    options: dict,
    state: dict | None,
    save: Callable[[dict], None],
) -> list[dict]:
    """Train `model` in place and return its history, a row every ten steps.

    The run has `total` batches, `options["accumulate"]` an optimizer step (the last may have fewer);
    `batches` gives those still to do. Every `options["checkpoint_every"]` steps `save` gets the state
    from which a later call goes on to the same weights, given as `state`. InputError on a loss that
    is not finite, naming the step.
    """
    group, every = options["accumulate"], options["checkpoint_every"]
    steps = optimizer_steps(total, options)
    tools = make_optimizer(model, steps, options)
    done, history = restore(state, model, *tools) if state else (0, [])
    figures = []  # of the steps since they were last looked at: a look waits for the GPU
    model.train()
    with tqdm(range(done + 1, steps + 1), "train", steps, initial=done, disable=parallel.rank() > 0) as progress:
        for step in progress:
            count = min(group, total - (step - 1) * group)
            found, shown = advance(model, encode, batches, count, loss, options, *tools)
            figures.append(found)
            last = step == steps
            if last or step % RECORD_EVERY == 0 or step % every == 0:
                row, figures = last_row(figures, step), []
                progress.set_postfix(row, images_per_s=f"{(progress.format_dict['rate'] or 0) * shown:.0f}")
                history += [row] if last or step % RECORD_EVERY == 0 else []
            if step % every == 0 and not last:
                save(snapshot(model, *tools, step, history))
    return history


def optimizer_steps(total: int, options: dict) -> int:
    """The steps of a run of `total` batches; InputError where its warm-up would not end."""
    steps = -(-total // options["accumulate"])
    if options["warmup"] >= steps:
        raise InputError(
            f"params.yaml: train.warmup {options['warmup']} is not below the run's {steps} steps; "
            "lower it, or give more epochs or captions"
        )
    return steps


def make_optimizer(model: open_clip.CLIP, steps: int, options: dict) -> tuple:
    """AdamW over what is not frozen, and its rate: warm-up, then a cosine that reaches 0 in the last step."""
    optimizer = torch.optim.AdamW(
        parameter_groups(model, options["weight_decay"]), lr=options["lr"], fused=True
    )
    return optimizer, torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda done: warmup_cosine(done + 1, options["warmup"], steps)
    )


def last_row(figures: list[torch.Tensor], step: int) -> dict:
    """The history's row for `step`, `figures` (loss, accuracy) being those of the steps up to it."""
    rows = torch.stack(figures).tolist()  # steps of (loss, accuracy)
    for number, (value, _) in enumerate(rows, step - len(rows) + 1):
        if not math.isfinite(value):
            raise InputError(f"the loss is {value} in step {number}; lower train.lr")
    value, accuracy = rows[-1]
    return {"step": step, "loss": round(value, 5), "tuple_accuracy": round(accuracy, 4)}


def snapshot(model, optimizer, schedule, step: int, history: list[dict]) -> dict:
    """All that an unbroken run would have in memory after `step`."""
    return {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
        "history": history,
    }


def restore(state: dict, model, optimizer, schedule) -> tuple[int, list[dict]]:
    """Put a snapshot back: the steps done and the history so far."""
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"], state["history"]
