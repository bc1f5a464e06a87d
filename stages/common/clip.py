"""CLIP through open_clip: checkpoint folders, and unit-length embeddings of images and texts."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file
from tqdm import tqdm

from stages.common.errors import InputError
from stages.common.files import write_beside

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"


def best_device() -> torch.device:
    """The GPU where there is one, otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_checkpoint(
    folder: str | Path, device: torch.device | str = "cpu"
) -> tuple[open_clip.CLIP, Callable, Callable]:
    """The model, its evaluation transform and its tokenizer from a checkpoint folder.

    The folder is one that `open_clip.create_model_and_transforms("local-dir:FOLDER")` loads:
    open_clip_config.json and open_clip_model.safetensors.
    """
    for name in (CONFIG, WEIGHTS):
        if not (Path(folder) / name).is_file():
            raise InputError(f"{folder}/{name} is missing; run `dvc repro` to make the checkpoint")
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}", device=device)
    return model.eval(), transform, open_clip.get_tokenizer(f"local-dir:{folder}")


def read_config(folder: str | Path) -> dict:
    """The open_clip configuration of a checkpoint folder: model_cfg and preprocess_cfg."""
    return json.loads((Path(folder) / CONFIG).read_text(encoding="utf-8"))


def save_checkpoint(folder: str | Path, model: open_clip.CLIP, config: dict) -> None:
    """Write a checkpoint folder that open_clip loads, whole or not at all."""
    with write_beside(folder) as beside:
        beside.mkdir()
        (beside / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
        save_file(state, beside / WEIGHTS)


def decode(jpeg: bytes) -> Image.Image:
    """JPEG bytes as an RGB picture."""
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def autocast(device: torch.device) -> torch.autocast:
    """bf16 where the hardware has it, single precision elsewhere."""
    bf16 = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16)


@torch.inference_mode()
def encode_images(
    model: open_clip.CLIP, transform: Callable, jpegs: Sequence[bytes], batch_size: int = 256
) -> np.ndarray:
    """Unit-length image embeddings, float32 (N, D), in the order of `jpegs`."""
    device = next(model.parameters()).device

    def encode(batch: Sequence[bytes]) -> torch.Tensor:
        pixels = torch.stack([transform(decode(jpeg)) for jpeg in batch])  # (B, 3, H, W)
        return model.encode_image(pixels.to(device), normalize=True)  # (B, D)

    return _in_batches(encode, jpegs, batch_size, "images", device)


@torch.inference_mode()
def encode_texts(
    model: open_clip.CLIP, tokenizer: Callable, texts: Sequence[str], batch_size: int = 512
) -> np.ndarray:
    """Unit-length text embeddings, float32 (N, D), in the order of `texts`."""
    device = next(model.parameters()).device

    def encode(batch: Sequence[str]) -> torch.Tensor:
        tokens = tokenizer(list(batch))  # (B, L)
        return model.encode_text(tokens.to(device), normalize=True)  # (B, D)

    return _in_batches(encode, texts, batch_size, "texts", device)


def _in_batches(
    encode: Callable, items: Sequence, batch_size: int, what: str, device: torch.device
) -> np.ndarray:
    parts = []
    for start in tqdm(range(0, len(items), batch_size), desc=f"encoding {what}", leave=False):
        with autocast(device):
            parts.append(encode(items[start : start + batch_size]).float().cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
