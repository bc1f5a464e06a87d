"""The fine-tuning loop that every method shares: resumable, the same weights however often it stops."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import open_clip
import torch
from tqdm import tqdm

from stages.common.clip import autocast
from stages.common.errors import InputError
from stages.common.files import write_beside
from stages.common.optim import parameter_groups, warmup_cosine


def embed_tuples(
    model: open_clip.CLIP, pixels: torch.Tensor, tokens: torch.Tensor, present: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Unit-length embeddings of a batch of tuples, images and texts (B, K+1, D) each.

    `pixels` (P, 3, H, W) are the P images that are `present` (B, K+1), in row order; `tokens`
    (B, K+1, L). Absent images get zeros.
    """
    device = pixels.device
    with autocast(device):
        encoded = model.encode_image(pixels, normalize=True).float()  # (P, D)
        texts = model.encode_text(tokens.flatten(0, 1), normalize=True).float()  # (B * (K+1), D)
    images = encoded.new_zeros(*present.shape, encoded.shape[-1])  # (B, K+1, D)
    images[present] = encoded
    return images, texts.unflatten(0, tokens.shape[:2])  # (B, K+1, D)


def tuple_accuracy(images: torch.Tensor, texts: torch.Tensor) -> float:
    """The share of anchor images that prefer their own text over all of their tuple's others."""
    scores = torch.einsum("bd,btd->bt", images[:, 0], texts)  # (B, K+1)
    return (scores[:, 0] > scores[:, 1:].amax(dim=1)).float().mean().item()


def fine_tune(
    model: open_clip.CLIP,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor, torch.Tensor]],
    steps: int,
    loss: Callable[..., torch.Tensor],
    options: dict,
    resume: Path,
) -> list[dict]:
    """Train `model` in place for `steps` steps and return its history, a row every ten steps.

    `batches` gives (pixels, tokens, present) as in `embed_tuples` for the steps still to do. `resume`
    is a file whose name is keyed by the run's parameters and inputs: read where it exists, written every
    `options["checkpoint_every"]` steps. InputError on a loss that is not finite, naming the step.
    """
    device = next(model.parameters()).device
    optimizer = torch.optim.AdamW(parameter_groups(model, options["weight_decay"]), lr=options["lr"])
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda done: warmup_cosine(done + 1, options["warmup"], steps)
    )
    done, history = restore(resume, model, optimizer, schedule)
    model.train()
    with tqdm(batches, total=steps, initial=done, desc="train", unit="step") as progress:
        for step, (pixels, tokens, present) in enumerate(progress, done + 1):
            present = present.to(device)
            images, texts = embed_tuples(model, pixels.to(device), tokens.to(device), present)
            scale = model.logit_scale.exp()
            value = loss(images, texts, present, scale, options["delta_image"], options["delta_text"])
            if not torch.isfinite(value):
                raise InputError(f"the loss is {value.item()} in step {step}; lower train.lr")
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), options["clip_norm"])
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                model.logit_scale.clamp_(0, math.log(options["max_scale"]))
            if step % 10 == 0 or step == steps:
                accuracy = tuple_accuracy(images.detach(), texts.detach())
                history.append(
                    {"step": step, "loss": round(value.item(), 5), "tuple_accuracy": round(accuracy, 4)}
                )
                progress.set_postfix(loss=f"{value.item():.3f}", accuracy=f"{accuracy:.2f}")
            if step % options["checkpoint_every"] == 0 and step < steps:
                store(resume, model, optimizer, schedule, step, history)
    return history


def store(path: Path, model, optimizer, schedule, step: int, history: list[dict]) -> None:
    """Write all that an unbroken run would have in memory after `step`."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
        "history": history,
    }
    with write_beside(path) as beside:
        torch.save(state, beside)


def restore(path: Path, model, optimizer, schedule) -> tuple[int, list[dict]]:
    """The steps done and the history so far; 0 and none where no run was interrupted."""
    if not path.is_file():
        return 0, []
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"], state["history"]
