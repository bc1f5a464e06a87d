"""Model folders: loading, checking and writing them in the form that open_clip loads."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import open_clip
import pandas as pd
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from pydantic import FiniteFloat
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from typing_extensions import TypedDict

from stages.common.clip.embed import Clip, embed_tokens, pixel_encoder
from stages.common.clip.remote_code import check_folder
from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import read_json, write_beside

MODELS = Path("data/models")  # a folder for base, each method and each rival
CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
HISTORY = "history.csv"  # of a model that was trained here
REBUILD_HINT = "delete the folder and run `dvc repro` to make the model anew"

# The content of open_clip_config.json that this project reads; open_clip would replace missing fields by its defaults.
Vision = TypedDict("Vision", {"image_size": int | list[int]})
Model = TypedDict("Model", {"embed_dim": int, "vision_cfg": Vision, "text_cfg": dict})
Preprocess = TypedDict("Preprocess", {"mean": list[FiniteFloat], "std": list[FiniteFloat]})
Config = TypedDict("Config", {"model_cfg": Model, "preprocess_cfg": Preprocess})


def load_checkpoint(folder: str | Path, device: torch.device | str = "cpu") -> Clip:
    """The model in a folder that `open_clip.create_model_and_transforms("local-dir:FOLDER")` loads.

    It holds open_clip_config.json, open_clip_model.safetensors and, where the model needs them, tokenizer files.
    InputError for missing or damaged files, weights that are not finite or of another precision than the model's, and
    weights under which two different texts or pictures have the same embedding.
    """
    read_config(folder)
    check_folder(folder)
    dtypes = weight_dtypes(Path(folder) / WEIGHTS)
    try:
        model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}", device=device)
        clip = Clip(model, transform, open_clip.get_tokenizer(f"local-dir:{folder}"))
    except Exception as error:  # raised by open_clip, torch, safetensors or transformers
        raise InputError(f"open_clip cannot load {folder} ({one_line(error)}); {REBUILD_HINT}") from None
    for name, value in model.state_dict().items():
        if (found := dtypes.get(name, value.dtype)) != value.dtype:
            raise InputError(f"{folder}/{WEIGHTS}: tensor {name} is {found}, not {value.dtype}; {REBUILD_HINT}")
    model.to(memory_format=torch.channels_last).eval()  # convolutions take two thirds of the time, or less
    if same := indistinct(clip):
        raise InputError(f"{folder}/{WEIGHTS}: two {same} have one embedding, as with weights of zeros; {REBUILD_HINT}")
    return clip


def read_config(folder: str | Path) -> Config:
    """The open_clip configuration of a model folder, with all its keys."""
    return read_json(Path(folder) / CONFIG, Config, REBUILD_HINT)


def weight_dtypes(path: Path) -> dict[str, torch.dtype]:
    """The type of each tensor in a file of weights; InputError where one is damaged or not finite."""
    if not path.is_file():
        raise InputError(f"{path} is missing; {REBUILD_HINT}")
    try:
        tensors = load_file(path)
        bad = not_finite(tensors)
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} is damaged ({one_line(error)}); {REBUILD_HINT}") from None
    if bad:
        raise InputError(f"{path}: tensor {bad} has a number that is not finite; {REBUILD_HINT}")
    return {name: value.dtype for name, value in tensors.items()}


def not_finite(tensors: dict[str, torch.Tensor]) -> str | None:
    """The name of the first tensor that contains nan or infinity."""
    return next((name for name, value in tensors.items() if not value.isfinite().all()), None)


@torch.inference_mode()
def indistinct(clip: Clip) -> str | None:
    """ "texts" or "pictures" where two different ones have the same embedding, None where neither has."""
    size = clip.model.visual.preprocess_cfg["size"]
    pixels = torch.zeros(2, 3, *(size if isinstance(size, list | tuple) else (size, size)), dtype=torch.uint8)
    pixels[1, :, : pixels.shape[2] // 2] = 255  # (2, 3, H, W): one black, one half white
    embeddings = {
        "texts": embed_tokens(clip.model, clip.tokenizer(["a man riding a horse", "two dogs"]), clip.device),  # (2, D)
        "pictures": pixel_encoder(clip.model)(pixels.to(clip.device)),  # (2, D)
    }
    return next((name for name, pair in embeddings.items() if torch.equal(pair[0], pair[1])), None)


def save_checkpoint(
    folder: str | Path,
    model: open_clip.CLIP,
    config: dict,
    tokenizer: Callable | None = None,
    history: pd.DataFrame | None = None,
) -> None:
    """Write a model folder, whole or not at all; open_clip's own tokenizer has no files.

    InputError where a weight is not finite.
    """
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    if bad := not_finite(state):
        raise InputError(
            f"tensor {bad} of the model has a number that is not finite, so it is not written; lower the learning rate "
            "it was trained with (base.lr, train.lr), or give other weights"
        )
    with write_beside(folder) as beside:
        beside.mkdir()
        (beside / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        save_file(state, beside / WEIGHTS)
        shutil.copymode(beside / CONFIG, beside / WEIGHTS)  # safetensors writes files that other users cannot read
        getattr(tokenizer, "save_pretrained", lambda folder: None)(beside)
        if history is not None:
            history.to_csv(beside / HISTORY, index=False)


def evaluation_transform(model: open_clip.CLIP) -> Callable:
    """open_clip's transform of pictures for evaluation."""
    return image_transform_v2(PreprocessCfg(**model.visual.preprocess_cfg), is_train=False)
