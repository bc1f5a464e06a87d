"""The training loop of base and of every method: resumable, with the same weights however often it stops."""

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

from stages.common.clip.embed import attention_kernel, embed_tokens
from stages.common.clip.embedding_table import first_wins
from stages.common.files.errors import InputError
from stages.common.training import distributed
from stages.common.training.batches import Batch
from stages.common.training.optimizer import Plan, make_optimizer
from stages.common.training.terms import Embedded

RECORD_EVERY = 10  # steps between rows of the history
VALIDATIONS = 5  # in a run, the last one after its last step
SAVED = ("model", "optimizer", "schedule")  # what a saved state holds of a TrainState
Encoder = Callable[[torch.Tensor], torch.Tensor]  # of pixels or features (P, ...), to embeddings (P, D)


class Hooks(NamedTuple):
    """Functions that a run calls."""

    save: Callable[[dict], None] = lambda state: None  # with a state to resume from
    log: Callable[[dict], None] = lambda row: None  # with each row of the history, and timings
    validate: Callable[[], dict[str, float]] = dict  # for more columns in some rows of the history


class Towers(torch.nn.Module):
    """Both towers as one forward pass, which DistributedDataParallel needs."""

    def __init__(self, model: open_clip.CLIP, encode: Encoder):
        super().__init__()
        self.model, self.encode = model, encode

    def forward(self, images: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Unit-length embeddings of images (P, D) and of texts (U, D), and exp(logit_scale), a scalar."""
        device = self.model.logit_scale.device
        texts = embed_tokens(self.model, tokens, device)  # (U, D)
        return self.encode(images.to(device, non_blocking=True)), texts, self.model.logit_scale.exp()


class TrainState(NamedTuple):
    """What a step changes; `towers` holds the model."""

    model: open_clip.CLIP
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    towers: torch.nn.Module


def training_mode(model: torch.nn.Module, batch_statistics: bool = False) -> None:
    """Training mode, with batch normalisation by base's statistics unless `batch_statistics`.

    A batch of tuples is of one set: its statistics are not those of the pictures that are evaluated.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.train(batch_statistics)


def as_tuples(batch: Batch, images: torch.Tensor, texts: torch.Tensor) -> Embedded:
    """The batch with embeddings of its images (P, D) and texts (U, D) at their places; absent images are zeros."""
    where = batch.present.flatten().nonzero().squeeze(1)  # (P,), on the CPU, so that the GPU need not be waited for
    ids, places, present, captions, where = (
        part.to(texts.device, non_blocking=True)
        for part in (batch.ids, batch.texts, batch.present, batch.captions, where)
    )
    spread = images.new_zeros(present.numel(), images.shape[-1])  # (B * (K+1), D)
    spread = spread.index_copy(0, where, images).unflatten(0, present.shape)  # (B, K+1, D)
    return Embedded(spread, texts[places], present, texts[captions], ids[places], ids[captions])


def whole_batch(shards: list[Embedded]) -> Embedded:
    """The shards of this process and of all others as one batch."""
    return Embedded(*(distributed.gather(torch.cat(column)) for column in zip(*shards)))


def tuple_accuracy(batch: Embedded) -> torch.Tensor:
    """The share of anchor images that prefer their own text to all others of their tuple, a scalar; nan if K is 0."""
    scores = torch.einsum("bd,btd->bt", batch.images[:, 0].detach(), batch.texts.detach())  # (B, K+1)
    return first_wins(scores).float().mean() if scores.shape[1] > 1 else scores.new_full((), math.nan)


def gradients(
    towers: torch.nn.Module, shards: list[Batch], seeds: list[int], loss: Callable[..., torch.Tensor]
) -> torch.Tensor:
    """Accumulate gradients of the whole batch's loss; that loss and the tuple accuracy (2,).

    `shards` are those of this process; `seeds` seed dropout for each. With several shards, embeddings are first made
    without a graph, and recomputed shard by shard once the loss's gradient of them is known (GradCache, arXiv
    2101.06983): memory is that of one shard.
    """
    single = len(shards) == 1
    with torch.set_grad_enabled(single):
        made = [_forward(towers, shard, seed) for shard, seed in zip(shards, seeds)]
    leaves = [[output.detach().requires_grad_() for output in outputs] for outputs in made]
    batch = whole_batch([as_tuples(shard, images, texts) for shard, (images, texts, _) in zip(shards, leaves)])
    value = loss(batch, leaves[0][2])
    value.backward()
    for number, (shard, seed) in enumerate(zip(shards, seeds), 1):
        synchronise = number == len(shards) or distributed.world() == 1
        with contextlib.nullcontext() if synchronise else towers.no_sync():  # type: ignore[operator]
            outputs = made[0] if single else _forward(towers, shard, seed)
            _backward(outputs, leaves[number - 1])
    return torch.stack([value.detach(), tuple_accuracy(batch)])  # (2,)


def _forward(towers: torch.nn.Module, shard: Batch, seed: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(seed)
    return towers(shard.images, shard.tokens)


def _backward(outputs: tuple[torch.Tensor, ...], leaves: list[torch.Tensor]) -> None:
    """Backpropagate through the towers. Unused outputs get zero gradients because DDP waits for them.

    DDP averages gradients over processes. Each encoded other rows, so theirs are multiplied to give a sum; the scale's
    gradient is the same in all.
    """
    gradients = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    gradients[:2] = [gradient * distributed.world() for gradient in gradients[:2]]
    pairs = [pair for pair in zip(outputs, gradients) if pair[0].requires_grad]  # not those of a frozen tower
    with attention_kernel(leaves[0].device):
        torch.autograd.backward([output for output, _ in pairs], [gradient for _, gradient in pairs])


def first_state(
    model: open_clip.CLIP, encode: Encoder, plan: Plan, first: Batch, resumed: dict | None
) -> tuple[TrainState, int, list[dict]]:
    """The state of a run that starts or resumes with the batch `first`, the steps done, and the history so far."""
    optimizer, schedule = make_optimizer(model, plan)
    state = TrainState(model, optimizer, schedule, Towers(model, encode))
    done, history = 0, []
    if resumed:
        for name in SAVED:
            getattr(state, name).load_state_dict(resumed[name])
        done, history = resumed["step"], resumed["history"]
    training_mode(model, plan.batch_statistics)
    towers = distributed.wrap(state.towers, first.images, first.tokens)
    return state._replace(towers=towers), done, history


def advance(state: TrainState, shards: list[Batch], step: int, plan: Plan) -> torch.Tensor:
    """One optimizer step on a batch: its loss, its tuple accuracy, and the gradient norm before clipping, (3,)."""
    state.optimizer.zero_grad(set_to_none=True)
    figures = gradients(state.towers, shards, shard_seeds(plan.seed, step, len(shards)), plan.loss)  # (2,)
    norm = torch.nn.utils.clip_grad_norm_(state.model.parameters(), plan.clip_norm)
    state.optimizer.step()
    state.schedule.step()
    with torch.no_grad():
        state.model.logit_scale.clamp_(0, math.log(plan.max_scale))
    return torch.cat([figures, norm.detach()[None]])  # (3,)


def train_model(
    model: open_clip.CLIP,
    encode: Encoder,
    batches: Iterator[Batch],
    plan: Plan,
    hooks: Hooks,
    resumed: dict | None = None,
) -> list[dict]:
    """Train `model` in place; its history, a row every RECORD_EVERY steps.

    `batches` are those still to do, `accumulate` shards a step. `resumed` is a state that `hooks.save` got, every
    `plan.save_every` steps: a resumed run ends with the same weights, as dropout in a step depends on the seed and the
    step alone. InputError for a loss that is not finite.
    """
    first = next(batches)
    batches = itertools.chain([first], batches)
    state, done, history = first_state(model, encode, plan, first, resumed)
    figures, waited, since, checks = [], 0.0, time.perf_counter(), validation_steps(plan.steps)
    steps = range(done + 1, plan.steps + 1)
    with tqdm(steps, plan.block, plan.steps, initial=done, disable=distributed.rank() > 0) as progress:
        for step in progress:
            start, rate, last = time.perf_counter(), state.schedule.get_last_lr()[0], step == plan.steps
            shards = list(itertools.islice(batches, plan.accumulate))
            waited += time.perf_counter() - start
            figures.append(advance(state, shards, step, plan))
            record, save = last or step % RECORD_EVERY == 0, not last and step % plan.save_every == 0
            if record or save:  # reading figures waits for the GPU
                row = history_row(figures, step, plan.block)
                progress.set_postfix(row)
            if record:
                seconds = time.perf_counter() - since
                speed = {"data_seconds": round(waited / len(figures), 4)}
                speed["tuples_per_second"] = round(len(figures) * plan.batch_size / seconds, 1)
                row |= {"lr": float(f"{rate:.6g}")} | (hooks.validate() if step in checks else {})
                training_mode(model, plan.batch_statistics)
                history.append(row)
                hooks.log(row | speed)
                figures, waited, since = [], 0.0, time.perf_counter()
            if save:
                parts = {name: getattr(state, name).state_dict() for name in SAVED}
                hooks.save(parts | {"step": step, "history": history})
    return history


def shard_seeds(seed: int, step: int, count: int) -> list[int]:
    """The seeds of dropout in one step, one for each of this process's `count` shards."""
    shards = range(distributed.rank() * count, (distributed.rank() + 1) * count)
    return [int(np.random.default_rng([seed, 4, step, shard]).integers(2**63)) for shard in shards]


def validation_steps(steps: int) -> set[int]:
    """The steps of a run after which it is validated; each has a row in the history.

    >>> sorted(validation_steps(97)), sorted(validation_steps(611))
    ([20, 40, 60, 80, 97], [130, 250, 370, 490, 611])
    """
    wanted = (-(-steps * part // VALIDATIONS) for part in range(1, VALIDATIONS + 1))
    return {min(steps, -(-step // RECORD_EVERY) * RECORD_EVERY) for step in wanted}


def history_row(figures: list[torch.Tensor], step: int, block: str) -> dict:
    """The history's row for `step`; `figures`, as by `advance`, are those of the last steps up to it."""
    rows = torch.stack(figures).tolist()  # steps of (loss, accuracy, norm)
    for number, (value, *_) in enumerate(rows, step - len(rows) + 1):
        if not math.isfinite(value):
            raise InputError(f"the loss is {value} in step {number}; lower {block}.lr")
    value, accuracy, norm = rows[-1]
    accurate = {} if math.isnan(accuracy) else {"tuple_accuracy": round(accuracy, 4)}
    return {"step": step, "loss": round(value, 5)} | accurate | {"gradient_norm": float(f"{norm:.4g}")}
