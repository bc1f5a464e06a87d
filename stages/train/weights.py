"""What is done to the model before training: freezing a tower, and batch normalisation as in evaluation."""

import open_clip
import torch


def freeze(model: open_clip.CLIP, tower: str) -> None:
    """Stop training the "image" or the "text" tower; logit_scale is always trained, and other names stop nothing."""
    for name, parameter in model.named_parameters():
        part = "image" if name.startswith("visual.") else "text"
        if part == tower and not name.startswith("logit_"):
            parameter.requires_grad_(False)


def training_mode(model: torch.nn.Module) -> None:
    """Training mode, but with batch normalisation by base's statistics, its gains and biases being trained.

    A batch is of one set of tuples, so its own statistics are not those of the pictures that are evaluated.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.eval()
