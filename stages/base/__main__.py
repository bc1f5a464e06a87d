"""python -m stages.base: the pretrained CLIP, or a compact one trained here -> data/train/base/checkpoint."""

import open_clip
import pandas as pd
import torch

from stages.base.pretrained import pretrained_model
from stages.base.scratch import caption_batches, train_from_scratch
from stages.common.clip import best_device, picture, save_checkpoint
from stages.common.contrast import symmetric_cross_entropy
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, read_table


def scratch_model(options: dict, seed: int) -> tuple[open_clip.CLIP, dict, list[dict]]:
    """The compact model trained on the training split's whole captions, its configuration and history."""
    captions = read_table("data/captions/captions.parquet", SCHEMAS["captions"]).to_pandas()
    captions = captions[captions["split"] == "train"].reset_index(drop=True)
    table = read_table("data/captions/images.parquet", SCHEMAS["images"], ["image_id", "jpeg"])
    images = table.to_pandas().set_index("image_id")["jpeg"]
    groups = captions.groupby("image_id", sort=True).indices
    if len(groups) < options["batch_size"]:
        raise InputError(f"base.batch_size {options['batch_size']} exceeds the {len(groups)} training images")
    torch.manual_seed(seed)
    device = best_device()
    model, _, transform = open_clip.create_model_and_transforms(options["model"], device=device)
    model.to(memory_format=torch.channels_last)
    tokens = open_clip.get_tokenizer(options["model"])(captions["caption"].tolist())  # (N, L)
    shape = picture(transform)
    pixels = torch.stack([shape(images[i]) for i in groups])  # (N, 3, H, W) uint8
    rows = caption_batches(list(groups.values()), options["batch_size"], options["epochs"], seed)
    steps = options["epochs"] * (len(groups) // options["batch_size"])
    batches = ((pixels[i], tokens[t]) for i, t in rows)
    history = train_from_scratch(model, batches, steps, options, device, symmetric_cross_entropy)
    config = {
        "model_cfg": open_clip.get_model_config(options["model"]),
        "preprocess_cfg": model.visual.preprocess_cfg,
    }
    return model, config, history


def main() -> None:
    params = load_params()
    options = params["base"]
    if options["pretrained"]:
        model, config = pretrained_model(options["model"], options["pretrained"])
        history = []
    else:
        model, config, history = scratch_model(options, params["seed"])
    save_checkpoint("data/train/base/checkpoint", model, config)
    with write_beside("data/train/base/history.csv") as beside:
        pd.DataFrame(history, columns=["step", "loss"]).to_csv(beside, index=False)


if __name__ == "__main__":
    run_stage(main)
