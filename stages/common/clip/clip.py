"""CLIP through open_clip: models as folders, and unit-length embeddings of images and texts."""

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NotRequired

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from pydantic import FiniteFloat
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.nn.attention import SDPBackend, sdpa_kernel
from tqdm import tqdm
from typing_extensions import TypedDict

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import read_json, write_beside
from stages.common.clip.remote_code import check_folder
from stages.common.run import cores

MODELS = Path("data/models")  # base, every method and every rival, a folder each
CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
REMADE = "delete the folder and run `dvc repro` to make the model anew"
ROWS = 32  # texts of a batch in training, or a multiple of that


def best_device(name: str = "auto") -> torch.device:
    """The device that `run.device` names; auto: a CUDA GPU where there is one, else MPS, else the CPU."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, found in there.items() if found)
    if not there[name]:
        raise InputError(f"params.yaml: run.device is {name}, which PyTorch does not find here; set it to auto")
    return torch.device(name)


def load_checkpoint(
    folder: str | Path, device: torch.device | str = "cpu"
) -> tuple[open_clip.CLIP, Callable, Callable]:
    """The model, its evaluation transform and its tokenizer from a model's folder.

    The folder is one that `open_clip.create_model_and_transforms("local-dir:FOLDER")` loads:
    open_clip_config.json, open_clip_model.safetensors and, where the model needs them, the tokenizer's files.
    InputError, one line, for what is missing or damaged, and for weights that make no model: numbers that are not
    finite, of another precision than the model's, or that tell no two texts or no two pictures apart.
    """
    read_config(folder)
    check_folder(folder)
    kinds = weight_kinds(Path(folder) / WEIGHTS)
    try:
        model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}", device=device)
        tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    except Exception as error:  # open_clip's, torch's, safetensors' and transformers' own
        raise InputError(f"{folder} is no model that open_clip loads ({one_line(error)}); {REMADE}") from None
    for name, value in model.state_dict().items():
        if kinds[name] != value.dtype:
            raise InputError(f"{folder}/{WEIGHTS}: tensor {name} is {kinds[name]}, not {value.dtype}; {REMADE}")
    model.to(memory_format=torch.channels_last).eval()  # convolutions take two thirds of the time, or less
    if one := tells_apart(model, tokenizer):
        raise InputError(f"{folder}/{WEIGHTS}: two {one} have one embedding, as with weights of zeros; {REMADE}")
    return model, transform, tokenizer


class _Tower(TypedDict):
    """What open_clip would otherwise take its own default for."""

    image_size: int | list[int]


class _Model(TypedDict):
    embed_dim: int
    vision_cfg: _Tower
    text_cfg: dict


class _Preprocess(TypedDict):
    size: NotRequired[int | list[int]]  # published ones leave it to the tower
    mean: list[FiniteFloat]
    std: list[FiniteFloat]


class Config(TypedDict):
    """An open_clip configuration: what this project reads of it."""

    model_cfg: _Model
    preprocess_cfg: _Preprocess


def read_config(folder: str | Path) -> Config:
    """The open_clip configuration of a model's folder, with all that it holds."""
    return read_json(Path(folder) / CONFIG, Config, REMADE)


def weight_kinds(path: Path) -> dict[str, torch.dtype]:
    """The type of every tensor of a model's weights; InputError where they are damaged or not finite."""
    if not path.is_file():
        raise InputError(f"{path} is missing; {REMADE}")
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            bad = not_finite(tensors)
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} is damaged ({one_line(error)}); {REMADE}") from None
    if bad:
        raise InputError(f"{path}: tensor {bad} has a number that is not finite; {REMADE}")
    return {name: value.dtype for name, value in tensors.items()}


def not_finite(tensors: dict[str, torch.Tensor]) -> str | None:
    """The name of the first tensor with a number that is nan or infinite."""
    return next((name for name, value in tensors.items() if not value.isfinite().all()), None)


@torch.inference_mode()
def tells_apart(model: open_clip.CLIP, tokenizer: Callable) -> str | None:
    """Which of "texts" and "pictures" the model gives one embedding, whatever they are; None where neither."""
    device, size = next(model.parameters()).device, model.visual.preprocess_cfg["size"]
    pictures = torch.zeros(2, 3, *(size if isinstance(size, list | tuple) else (size, size)), dtype=torch.uint8)
    pictures[1, :, : pictures.shape[2] // 2] = 255  # (2, 3, H, W), one black, one half white
    found = {
        "texts": embed_texts(model, tokenizer(["a man riding a horse", "two dogs"]).to(device)),  # (2, D)
        "pictures": pixel_encoder(model)(pictures.to(device)),  # (2, D)
    }
    return next((what for what, pair in found.items() if torch.equal(pair[0], pair[1])), None)


def save_checkpoint(folder: str | Path, model: open_clip.CLIP, config: dict, tokenizer: Callable | None = None) -> None:
    """Write a model's folder, one that open_clip loads, whole or not at all."""
    with write_beside(folder) as beside:
        beside.mkdir()
        write_checkpoint(beside, model, config, tokenizer)


def write_checkpoint(folder: Path, model: open_clip.CLIP, config: dict, tokenizer: Callable | None = None) -> None:
    """Write into an existing folder what open_clip loads: configuration, weights, and the files of a tokenizer
    that open_clip would fetch otherwise (its own, CLIP's, has none). InputError where a weight is not finite."""
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    if bad := not_finite(state):
        raise InputError(
            f"tensor {bad} of the model has a number that is not finite, so it is not written; lower the learning rate "
            "it was trained with (base.lr, train.lr), or give other weights"
        )
    save_file(state, folder / WEIGHTS)
    shutil.copymode(folder / CONFIG, folder / WEIGHTS)  # safetensors makes files that others cannot read
    if hasattr(tokenizer, "save_pretrained"):
        tokenizer.save_pretrained(folder)


def evaluation_transform(model: open_clip.CLIP) -> Callable:
    """open_clip's transform of pictures for evaluation."""
    return image_transform_v2(PreprocessCfg(**model.visual.preprocess_cfg), is_train=False)


def decode(jpeg: bytes) -> Image.Image:
    """JPEG bytes as an RGB picture."""
    image = Image.open(io.BytesIO(jpeg))
    return image if image.mode == "RGB" else image.convert("RGB")


@contextlib.contextmanager
def autocast(device: torch.device) -> Iterator[None]:
    """bf16 where the hardware has it, single precision elsewhere."""
    if device.type == "cuda":
        own = torch.cuda.is_bf16_supported(including_emulation=False)
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=own):
            yield
    elif device.type == "cpu" and _cpu_has_bf16():
        with attention(device), torch.autocast("cpu", dtype=torch.bfloat16):
            yield
    else:
        yield


def attention(device: torch.device) -> contextlib.AbstractContextManager:
    """By plain products where a CPU trains in bf16, as there the fused kernel takes four tenths longer.

    `autocast` has it; a backward pass in which layers are made again needs it too.
    """
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" and _cpu_has_bf16() else contextlib.nullcontext()


def _cpu_has_bf16() -> bool:
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def unit_length(embeddings: torch.Tensor) -> torch.Tensor:
    """Embeddings (B, D) at unit length, float32: neither bf16 nor half precision has unit lengths."""
    return F.normalize(embeddings.float(), dim=-1)  # (B, D)


def embed_texts(model: open_clip.CLIP, tokens: torch.Tensor) -> torch.Tensor:
    """Unit-length embeddings (B, D) of `tokens` (B, L), float32."""
    with autocast(tokens.device):
        embeddings = model.encode_text(tokens)  # (B, D)
    return unit_length(embeddings)


class _TextTower(torch.nn.Module):
    """encode_text as a forward, the only method that functional_call calls."""

    def __init__(self, model: open_clip.CLIP):
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.model.encode_text(tokens)  # (B, D)


def embed_padded_texts(model: open_clip.CLIP, tokens: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Unit-length embeddings (B, D) of `tokens` (B, L) on the CPU, cut behind the longest text.

    A causal tower that pools at a text's end reads nothing behind it, so that no embedding changes but by
    rounding: "man riding horse" takes 5 of CLIP's 77 tokens. Towers of another kind read the padding too.
    Lengths are multiples of 4 and rows of ROWS, as the CPU's kernels keep a plan for every shape: without that, 1 GB.
    """
    if getattr(model, "attn_mask", None) is None or model.text_pool_type not in ("argmax", "eos"):
        return embed_texts(model, tokens.to(device, non_blocking=True))
    longest = int(tokens.any(dim=0).nonzero().max()) + 1  # padding is 0
    length = min(-(-longest // 4) * 4, tokens.shape[1])
    rows = torch.arange(-(-len(tokens) // ROWS) * ROWS) % len(tokens)  # (B',) of B' rows, the first ones again
    cut = {"model.positional_embedding": model.positional_embedding[:length]}  # (length, W)
    cut["model.attn_mask"] = model.attn_mask[:length, :length]  # (length, length)
    with autocast(device):
        chosen = tokens[rows, :length].to(device, non_blocking=True)  # (B', length)
        embeddings = torch.func.functional_call(_TextTower(model), cut, (chosen,))  # (B', D)
    return unit_length(embeddings[: len(tokens)])  # (B, D)


def picture(transform: Callable) -> Callable[[bytes], torch.Tensor]:
    """A function from an image's bytes to uint8 pixels (3, H, W): `transform`, open_clip's for evaluation,
    before it makes and scales floats."""
    *steps, _, _, _ = transform.transforms  # the last three are to-RGB, to-tensor and normalise

    def shape(image: Image.Image) -> Image.Image:
        for step in steps:
            image = step(image)
        return image

    size = shape(Image.new("RGB", (8, 8))).size  # every picture's in the end: one that has it is not touched

    def read(jpeg: bytes) -> torch.Tensor:
        image = decode(jpeg)
        image = image if image.size == size else shape(image)
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)  # (3, H, W)

    return read


def pixel_encoder(model: open_clip.CLIP) -> Callable[[torch.Tensor], torch.Tensor]:
    """A function from pixels (P, 3, H, W), uint8, to unit-length embeddings (P, D) by the image tower."""
    config, device = model.visual.preprocess_cfg, next(model.parameters()).device
    mean, std = (torch.tensor(config[name], device=device).view(3, 1, 1) for name in ("mean", "std"))

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        scaled = ((pixels / 255 - mean) / std).contiguous(memory_format=torch.channels_last)  # (P, 3, H, W)
        with autocast(device):
            embeddings = model.encode_image(scaled)  # (P, D)
        return unit_length(embeddings)

    return encode


@torch.inference_mode()
def encode_images(
    model: open_clip.CLIP, transform: Callable, jpegs: Sequence[bytes], batch_size: int = 256
) -> np.ndarray:
    """Unit-length image embeddings, float32 (N, D), in the order of `jpegs`."""
    read, embed, device = picture(transform), pixel_encoder(model), next(model.parameters()).device
    with ThreadPoolExecutor(cores()) as pool:  # Pillow decodes without Python's lock: a GPU waits for it
        decoded = _ahead(partial(pool.map, read), jpegs, batch_size)

        def encode(_: Sequence[bytes]) -> torch.Tensor:
            pixels = torch.stack(list(next(decoded)))  # (B, 3, H, W) uint8
            return embed(pixels.to(device))  # (B, D)

        return _in_batches(encode, jpegs, batch_size, "images")


def _ahead(begin: Callable[[Sequence], Iterator], items: Sequence, batch_size: int) -> Iterator[Iterator]:
    """What `begin` gives for each batch of `items`; that of the next is begun before this one is given.

    >>> begun = []
    >>> batches = _ahead(lambda batch: begun.append(batch) or iter(batch), "abc", batch_size=2)
    >>> list(next(batches)), begun
    (['a', 'b'], ['ab', 'c'])
    """
    coming = begin(items[:batch_size])
    for start in range(batch_size, len(items) + batch_size, batch_size):
        ready, coming = coming, begin(items[start : start + batch_size])
        yield ready


@torch.inference_mode()
def encode_texts(model: open_clip.CLIP, tokenizer: Callable, texts: Sequence[str], batch_size: int = 512) -> np.ndarray:
    """Unit-length text embeddings, float32 (N, D), in the order of `texts`."""
    device = next(model.parameters()).device

    def encode(batch: Sequence[str]) -> torch.Tensor:
        tokens = tokenizer(list(batch))  # (B, L)
        return embed_texts(model, tokens.to(device))  # (B, D)

    return _in_batches(encode, texts, batch_size, "texts")


@torch.inference_mode()
def encode_short_texts(
    model: open_clip.CLIP, tokenizer: Callable, texts: Sequence[str], batch_size: int = 512
) -> np.ndarray:
    """`encode_texts` without the padding behind the longest text of a batch: the same but for rounding, in a third of
    the time or less where texts are statements of three or four words."""
    device = next(model.parameters()).device

    def encode(batch: Sequence[str]) -> torch.Tensor:
        return embed_padded_texts(model, tokenizer(list(batch)), device)  # (B, D)

    return _in_batches(encode, texts, batch_size, "texts")


def _in_batches(encode: Callable, items: Sequence, batch_size: int, what: str) -> np.ndarray:
    parts = []
    for start in tqdm(range(0, len(items), batch_size), desc=f"encoding {what}", leave=False):
        parts.append(encode(items[start : start + batch_size]).cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
