"""A tiny CLIP of a timm image tower and a Hugging Face text tower, made without any download."""

import json
from pathlib import Path

import open_clip
import torch
from transformers import BertConfig, BertTokenizerFast

from stages.common.clip.checkpoint import save_checkpoint

PREPROCESS = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "cat", "with", "chasing", *map(str, range(18))]


def make_towers(folder: Path) -> str:
    """A folder that open_clip loads, with random weights; base.model for it."""
    source = folder.with_name(f"{folder.name}-text")
    source.mkdir(parents=True)
    (source / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(source)
    small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertConfig(vocab_size=len(WORDS), **small).save_pretrained(source)
    vision = {"image_size": 32, "timm_model_name": "test_byobnet", "timm_pool": "avg", "timm_proj": "linear"}
    text = {"hf_model_name": str(source), "hf_tokenizer_name": str(source), "hf_pooler_type": "mean_pooler"}
    text |= {"hf_proj_type": "linear", "context_length": 12}
    config = {"embed_dim": 6, "vision_cfg": vision, "text_cfg": text}
    torch.manual_seed(0)
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(config), encoding="utf-8")
    open_clip.add_model_config(path)
    model = open_clip.create_model(folder.name, pretrained_text=False)
    save_checkpoint(
        folder, model, {"model_cfg": config, "preprocess_cfg": PREPROCESS}, open_clip.get_tokenizer(folder.name)
    )
    return f"local-dir:{folder}"
