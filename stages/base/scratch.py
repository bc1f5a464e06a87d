"""A CLIP trained on whole captions with the plain CLIP loss."""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import open_clip
import torch
from tqdm import tqdm

from stages.base.options import BaseOptions
from stages.common.clip.clip import embed_padded_texts
from stages.common.training.contrast import symmetric_cross_entropy, token_ids
from stages.common.files.errors import InputError
from stages.common.training.optim import parameter_groups, warmup_cosine
from stages.common.training.reading import Source, opened


def caption_batches(
    captions_by_image: list[np.ndarray], batch_size: int, epochs: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs (image rows, caption rows), each int (B,): every image once an epoch, with one caption drawn.

    `captions_by_image[i]` holds the rows of the captions of image row i. The last, smaller batch of
    an epoch is left out, so that each step contrasts equally many.
    """
    rng = np.random.default_rng([seed, 1])
    for _ in range(epochs):
        order = rng.permutation(len(captions_by_image))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            images = order[start : start + batch_size]
            yield images, np.array([rng.choice(captions_by_image[i]) for i in images])


def load_pairs(
    pair: tuple[np.ndarray, np.ndarray], rows: np.ndarray, tokens: torch.Tensor, source: Source
) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (B, ...) and tokens (B, L) of a pair of caption_batches, image i being row `rows[i]` of what is read."""
    images, captions = pair
    return opened(source)(rows[images], [()] * len(images)), tokens[torch.from_numpy(captions)]


def train_from_scratch(
    model: open_clip.CLIP,
    encode: Callable[[torch.Tensor], torch.Tensor],
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
    steps: int,
    options: BaseOptions,
) -> list[dict]:
    """Train `model` in place on (images (B, ...), tokens (B, L)); the history, a row every ten steps.

    `encode` embeds images, pixels or what a held backbone sees in them, as (B, D) of unit length.
    InputError on a loss that is not finite, naming the step.
    """
    # CLIP's own betas and epsilon: with AdamW's the loss now and then stays near chance, seed by seed
    groups = parameter_groups(model, options.weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=options.lr, betas=(0.9, 0.98), eps=1e-6, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: warmup_cosine(done + 1, options.warmup, steps))
    history, device = [], model.logit_scale.device
    model.train()
    with tqdm(batches, total=steps, desc="base") as progress:
        for step, (shown, tokens) in enumerate(progress, 1):
            images = encode(shown.to(device, non_blocking=True))  # (B, D)
            texts = embed_padded_texts(model, tokens, device)  # (B, D)
            value = symmetric_cross_entropy(images, texts, model.logit_scale.exp(), token_ids(tokens).to(device))
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if step % 10 == 0 or step == steps:
                if not math.isfinite(value.item()):
                    raise InputError(f"base's loss is {value.item()} in step {step}; lower base.lr in params.yaml")
                progress.set_postfix(loss=f"{value.item():.3f}")
                history.append({"step": step, "loss": round(value.item(), 5)})
    return history
