"""Unit-length embeddings of images and texts: one path for each, in training, evaluation and inference."""

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import open_clip
import pandas as pd
import torch
import torch.nn.functional as F
from PIL import Image
from torch.nn.attention import SDPBackend, sdpa_kernel
from torchvision.transforms import Compose
from tqdm import tqdm

from stages.common.clip.embedding_table import EmbeddingTable, snap_to_grid
from stages.common.files.errors import InputError
from stages.common.files.executor import cores

TEXT_ROWS = 32  # texts are encoded in multiples of this
LENGTHS = 4  # tokens; texts are cut to a multiple of this
IMAGE_BATCH = 128
TEXT_BATCH = 256


class Clip(NamedTuple):
    """A model with what turns pictures and texts into its input."""

    model: open_clip.CLIP
    transform: Compose  # open_clip's for evaluation, from a picture to a tensor
    tokenizer: Callable  # from a list of N texts to tokens (N, L)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device


def best_device(name: str = "auto") -> torch.device:
    """The device for `run.device`; auto: a CUDA GPU if there is one, else Apple's MPS, else the CPU."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, found in available.items() if found)
    if not available[name]:
        raise InputError(f"params.yaml: run.device is {name}, which PyTorch does not find here; set it to auto")
    return torch.device(name)


def has_bf16(device: torch.device) -> bool:
    """Whether the hardware computes in bf16, other than by emulation."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def attention_kernel(device: torch.device) -> contextlib.AbstractContextManager:
    """Unfused attention on bf16 CPUs: the fused kernel is 40% slower. A backward pass that recomputes needs it too."""
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" and has_bf16(device) else contextlib.nullcontext()


@contextlib.contextmanager
def autocast(device: torch.device) -> Iterator[None]:
    """bf16 where the hardware has it, single precision elsewhere."""
    with attention_kernel(device), torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device)):
        yield


def unit_length(embeddings: torch.Tensor) -> torch.Tensor:
    """Embeddings (B, D) normalised in float32: bf16 has too few digits for unit lengths."""
    return F.normalize(embeddings.float(), dim=-1)  # (B, D)


class _TextTower(torch.nn.Module):
    """encode_text as a forward method, the only one that functional_call can call."""

    def __init__(self, model: open_clip.CLIP):
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.model.encode_text(tokens)  # (B, D)


def cuts_padding(model: open_clip.CLIP) -> bool:
    """Whether the text tower is causal and pools at a text's end, so that padding after it changes nothing."""
    return getattr(model, "attn_mask", None) is not None and model.text_pool_type in ("argmax", "eos")


def embed_tokens(model: open_clip.CLIP, tokens: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Unit-length embeddings (B, D) of `tokens` (B, L) on the CPU, with as much padding cut as the model allows.

    "man riding horse" takes 5 of CLIP's 77 tokens. Lengths are multiples of LENGTHS and rows of TEXT_ROWS: the CPU
    backend caches a kernel for each shape, up to 1 GB for many shapes.
    """
    if not cuts_padding(model):
        with autocast(device):
            return unit_length(model.encode_text(tokens.to(device, non_blocking=True)))  # (B, D)
    length = min(int(rounded_lengths(tokens).max()), tokens.shape[1])
    rows = torch.arange(-(-len(tokens) // TEXT_ROWS) * TEXT_ROWS) % len(tokens)  # (B',): the first ones fill it up
    cut = {"model.positional_embedding": model.positional_embedding[:length]}  # (length, W)
    cut["model.attn_mask"] = model.attn_mask[:length, :length]  # (length, length)
    with autocast(device):
        chosen = tokens[rows, :length].to(device, non_blocking=True)  # (B', length)
        embeddings = torch.func.functional_call(_TextTower(model), cut, (chosen,))  # (B', D)
    return unit_length(embeddings[: len(tokens)])  # (B, D)


def rounded_lengths(tokens: torch.Tensor) -> torch.Tensor:
    """The number of tokens before the padding of zeros, rounded up to a multiple of LENGTHS, (B,).

    >>> rounded_lengths(torch.tensor([[7, 8, 0, 0, 0, 0], [7, 7, 7, 7, 8, 0]])).tolist()
    [4, 8]
    """
    ends = torch.arange(1, tokens.shape[1] + 1)  # (L,)
    return -(-((tokens != 0) * ends).amax(dim=1) // LENGTHS) * LENGTHS  # (B,)


@torch.inference_mode()
def encode_texts(clip: Clip, texts: Sequence[str]) -> np.ndarray:
    """Unit-length text embeddings, float32 (N, D), in the order of `texts`; each distinct text is encoded once.

    Texts of one length are encoded together, in batches of one size: an embedding does not depend on its batch.
    """
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return np.zeros((0, 0), np.float32)
    tokens = clip.tokenizer(distinct)  # (U, L)
    lengths = rounded_lengths(tokens) if cuts_padding(clip.model) else torch.zeros(len(tokens))  # (U,)
    groups = [(lengths == length).nonzero().flatten().tolist() for length in lengths.unique()]
    batches = [rows for group in groups for rows in batched(group, TEXT_BATCH)]
    encoded = (embed_tokens(clip.model, tokens[filled(rows, TEXT_BATCH)], clip.device) for rows in batches)
    return _in_order(texts, [distinct[row] for rows in batches for row in rows], encoded, batches)


def pixel_reader(transform: Compose) -> Callable[[bytes], torch.Tensor]:
    """A function from an image's bytes to uint8 pixels (3, H, W): `transform`, open_clip's for evaluation, without its
    last three steps, which convert to RGB and to scaled floats."""
    resize = Compose(transform.transforms[:-3])

    def read(content: bytes) -> torch.Tensor:
        image = Image.open(io.BytesIO(content))
        image = resize(image if image.mode == "RGB" else image.convert("RGB"))
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)  # (3, H, W)

    return read


def pixel_scaler(model: open_clip.CLIP) -> Callable[[torch.Tensor], torch.Tensor]:
    """A function from uint8 pixels (P, 3, H, W) to the float input of the image tower, of the same shape."""
    config, device = model.visual.preprocess_cfg, next(model.parameters()).device
    mean, std = (torch.tensor(config[name], device=device).view(3, 1, 1) for name in ("mean", "std"))
    return lambda pixels: ((pixels / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def pixel_encoder(model: open_clip.CLIP) -> Callable[[torch.Tensor], torch.Tensor]:
    """A function from uint8 pixels (P, 3, H, W) to unit-length embeddings (P, D)."""
    scale, device = pixel_scaler(model), next(model.parameters()).device

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        with autocast(device):
            embeddings = model.encode_image(scale(pixels))  # (P, D)
        return unit_length(embeddings)

    return encode


@torch.inference_mode()
def encode_images(clip: Clip, images: Sequence[bytes], batch_size: int = IMAGE_BATCH) -> np.ndarray:
    """Unit-length image embeddings, float32 (N, D), of encoded pictures in order; each distinct one is encoded once.

    Each batch has `batch_size` pictures, the last one filled up: an embedding does not depend on its batch. Pictures
    are decoded by threads, a batch ahead: Pillow decodes without Python's lock, and a GPU would wait.
    """
    distinct = list(dict.fromkeys(images))
    if not distinct:
        return np.zeros((0, 0), np.float32)
    read, embed = pixel_reader(clip.transform), pixel_encoder(clip.model)
    batches = batched(distinct, batch_size)
    with ThreadPoolExecutor(cores()) as pool:
        started = (pool.map(read, filled(batch, batch_size)) for batch in batches)
        ahead = pairwise(chain(started, [iter(())]))  # starts the next batch, then gives the one before
        encoded = (embed(torch.stack(list(pixels)).to(clip.device)) for pixels, _ in ahead)  # (B, 3, H, W) to (B, D)
        return _in_order(images, distinct, encoded, batches)


def batched(items: Sequence, size: int) -> list[list]:
    """`items` in lists of `size`; the last one may be shorter."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def filled(batch: list, size: int) -> list:
    """`batch` with copies of its first item up to `size`."""
    return batch + batch[:1] * (size - len(batch))


def _in_order(items: Sequence, distinct: Sequence, encoded: Iterable[torch.Tensor], batches: list[list]) -> np.ndarray:
    """The embeddings (N, D) of `items`, where `encoded` (B, D) are those of `distinct` in filled `batches`."""
    what = "texts" if isinstance(distinct[0], str) else "images"
    bar = tqdm(zip(batches, encoded), f"encoding {what}", len(batches), leave=False, disable=len(batches) < 2)
    found = np.concatenate([rows[: len(batch)].cpu().numpy() for batch, rows in bar])  # (U, D)
    row = {item: number for number, item in enumerate(distinct)}
    return found[[row[item] for item in items]]  # (N, D)


def text_table(clip: Clip, texts: Sequence[str]) -> EmbeddingTable:
    """The embeddings of texts, each once."""
    keys = pd.Index(dict.fromkeys(texts), dtype=object)
    return EmbeddingTable(keys, snap_to_grid(encode_texts(clip, keys)))


def image_table(clip: Clip, ids: Sequence, images: Sequence[bytes]) -> EmbeddingTable:
    """The embeddings of encoded pictures under their ids."""
    return EmbeddingTable(pd.Index(ids), snap_to_grid(encode_images(clip, images)))
