"""Low-rank adapters (LoRA, arXiv 2106.09685), by peft: a few weights train instead of all."""

import re
from collections.abc import Callable

import open_clip
import torch
from open_clip.modified_resnet import AttentionPool2d
from torch import nn

from stages.common.files.errors import InputError


def adaptable(model: open_clip.CLIP) -> list[str]:
    """The layers that can take an adapter and have a weight that trains: linear, ungrouped convolution, attention.

    Not those inside attention pooling, whose weights open_clip reads without calling the layers.
    """
    found: list[str] = []
    closed = "-"  # the last module whose parts are skipped
    for name, module in model.named_modules():
        if name.startswith(f"{closed}."):
            continue
        if isinstance(module, nn.MultiheadAttention | AttentionPool2d):
            closed = name
        attention = isinstance(module, nn.MultiheadAttention) and module._qkv_same_embed_dim
        plain = isinstance(module, nn.Linear) or isinstance(module, nn.Conv2d) and module.groups == 1
        if (attention or plain) and any(weight.requires_grad for weight in module.parameters()):
            found.append(name)
    return found


def add_adapters(model: open_clip.CLIP, rank: int, seed: int) -> Callable[[], object]:
    """Add adapters of `rank` to the layers of `model` that would train; a function that merges them into the weights.

    Only the adapters and logit_scale train then: no bias, gain or embedding, and no projection that is a bare matrix
    (open_clip's text_projection and visual.proj). At first the adapters change nothing. InputError where no layer can
    take one.
    """
    from peft import LoraConfig, LoraModel  # imports for a second, and is seldom needed

    names = adaptable(model)
    if not names:
        raise InputError("params.yaml: train.adapters: base has no layer that can take an adapter; make it 0")
    torch.manual_seed(seed)
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules="|".join(map(re.escape, names)))
    adapted = LoraModel(model, config, "default")
    model.logit_scale.requires_grad_(True)
    return adapted.merge_and_unload
