"""A model of each kind that open_clip has, small and with random weights: made, saved, loaded back, the same."""

import json
import shutil

import numpy as np
import open_clip
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from stages.common.clip.checkpoint import load_checkpoint, save_checkpoint
from stages.common.clip.embed import Clip, encode_images, encode_texts
from stages.common.clip.pretrained import make_model
from tests.project import jpeg

TOWERS = {  # timm's small model of the same family in the place of the large one
    "ViT-B-32-quickgelu": {"layers": 1, "width": 64, "image_size": 64},
    "RN50": {"layers": [1, 1, 1, 1], "width": 16, "image_size": 64},
    "coca_ViT-B-32": {"layers": 1, "width": 64, "image_size": 64},
    "EVA02-B-16": {"timm_model_name": "eva02_tiny_patch14_224"},
    "convnext_base": {"timm_model_name": "convnext_atto"},
    "MobileCLIP-S1": {"timm_model_name": "fastvit_t8"},
    "ViT-B-16-SigLIP": {"timm_model_name": "vit_tiny_patch16_224"},
}
DIM = {"ViT-B-16-SigLIP": 192}  # its image tower has no projection: 16 for the others
TEXTS = ["man riding horse", "a dog", "horse riding man"]


def small(kind, folder):
    """The configuration of a model of this kind, with narrow towers, as a file."""
    config = open_clip.get_model_config(kind) | {"embed_dim": DIM.get(kind, 16)}
    for part in {"text_cfg", "multimodal_cfg"} & config.keys():
        config[part] |= {"layers": 1, "width": 16, "heads": 2}
    config["vision_cfg"] |= TOWERS[kind]
    if "hf_tokenizer_name" in config["text_cfg"]:
        config["text_cfg"]["hf_tokenizer_name"] = str(word_tokenizer(folder / "words"))
    path = folder / f"small-{kind}.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def word_tokenizer(folder):
    """A Hugging Face tokenizer of five words, in the place of one that would be fetched."""
    words = Tokenizer(models.WordLevel({w: i for i, w in enumerate("? man riding horse a dog".split())}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="?", pad_token="?").save_pretrained(folder)
    return folder


def embed(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    return encode_images(clip, [jpeg(0, 64), jpeg(1, 90)], batch_size=2), encode_texts(clip, TEXTS)


@pytest.mark.parametrize("kind", TOWERS)
def test_saved_and_loaded_back_it_embeds_the_same(kind, tmp_path):
    torch.manual_seed(0)
    clip, config = make_model("base", str(small(kind, tmp_path)), "")
    save_checkpoint(tmp_path / "models/mine", clip.model, config, clip.tokenizer)
    expected = clip.tokenizer(TEXTS)  # (3, L)
    shutil.rmtree(tmp_path / "words", ignore_errors=True)  # the folder has all that it needs
    first, again = (load_checkpoint(tmp_path / "models/mine") for _ in range(2))
    made, loaded = clip.model.state_dict(), first.model.state_dict()
    assert all(made[name].equal(loaded[name]) for name in made)
    images, texts = embed(first)
    assert images.shape == (2, DIM.get(kind, 16)) and texts.shape == (3, DIM.get(kind, 16))
    assert np.allclose(np.linalg.norm(np.concatenate([images, texts]), axis=1), 1, atol=1e-4)
    assert not np.allclose(images[0], images[1], atol=1e-4) and not np.allclose(texts[0], texts[2], atol=1e-4)
    assert all((one == two).all() for one, two in zip((images, texts), embed(again), strict=True))
    assert (again.tokenizer(TEXTS) == expected).all()
