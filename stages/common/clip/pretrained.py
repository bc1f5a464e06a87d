"""Models by open_clip's names or from configuration files, with weights by tag or from a file."""

import json
import logging
from pathlib import Path

import open_clip
import torch

from stages.common.clip.checkpoint import CONFIG, evaluation_transform
from stages.common.clip.embed import Clip
from stages.common.clip.remote_code import check_config, check_folder
from stages.common.files.errors import InputError, one_line

open_clip.add_model_config(Path(__file__).parent / "compact.json")  # base.model: compact
FOLDER = "local-dir:"  # open_clip's prefix for a folder with configuration, weights and tokenizer
PREPROCESS = ("mean", "std", "interpolation", "resize_mode")


def check_model(key: str, model: str, pretrained: str) -> str:
    """The name by which open_clip knows `model`: one of its own, local-dir:FOLDER, or of a JSON configuration file.

    InputError, naming the parameter `key`, where there is no such model, or no such weights.
    """
    if model.startswith(FOLDER):
        if not (path := Path(model.removeprefix(FOLDER)) / CONFIG).is_file():
            raise InputError(f"params.yaml: {key}.model {model}: {path} is missing; name a folder that open_clip loads")
        check_folder(path.parent)
        if pretrained:
            raise InputError(f"params.yaml: {key}.pretrained {pretrained!r}: {model} holds its own weights; make it ''")
        return model
    name = registered(f"{key}.model", model) if model.endswith(".json") else model
    if open_clip.get_model_config(name) is None:
        raise InputError(f"params.yaml: {key}.model {model!r} is unknown to open_clip; see open_clip.list_models()")
    if pretrained and not Path(pretrained).is_file():
        check_tag(key, name, pretrained)
    return name


def registered(key: str, path: str) -> str:
    """The name under which open_clip now knows the JSON configuration in a file; InputError where it is not one."""
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8"))
        check_config(config, path)
        open_clip.add_model_config(path)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"params.yaml: {key} {path}: {one_line(error)}; name a file of JSON") from None
    if open_clip.get_model_config(Path(path).stem) != config:
        raise InputError(f"{path} is no open_clip configuration: it needs embed_dim, vision_cfg and text_cfg")
    return Path(path).stem


def check_tag(key: str, name: str, tag: str) -> None:
    """InputError where model `name` has no weights `tag`, or these were trained with another activation.

    With the wrong activation open_clip would only warn, and accuracy would be lost.
    """
    tags = ", ".join(open_clip.list_pretrained_tags_by_model(name))
    if not open_clip.is_pretrained_cfg(name, tag):
        remedy = f"{name}'s tags are {tags}" if tags else f"open_clip has no weights for {name}, name a file"
        raise InputError(f"params.yaml: {key}.pretrained {tag!r} is neither a file nor a known tag; {remedy}")
    quick = open_clip.get_model_config(name).get("quick_gelu", False)
    if open_clip.get_pretrained_cfg(name, tag).get("quick_gelu", False) != quick:
        other = name.removesuffix("-quickgelu") if quick else f"{name}-quickgelu"
        raise InputError(
            f"params.yaml: QuickGELU mismatch between {key}.model {name!r} and the weights {tag!r}; "
            f"set {key}.model to {other}"
        )


def make_model(key: str, model: str, pretrained: str) -> tuple[Clip, dict]:
    """A model and its open_clip configuration.

    `pretrained` is a tag of open_clip's, whose weights are downloaded, a file of weights, or "" for random weights and
    for local-dir:FOLDER. InputError, naming the parameter `key`, where there is no such thing, or the network or a file
    fails.
    """
    name, file = check_model(key, model, pretrained), Path(pretrained).is_file()
    logging.disable(logging.ERROR)  # open_clip logs what it raises, and that random weights are random
    try:
        scaling = usual_preprocess(name) if file else None
        made = open_clip.create_model(name, pretrained, force_preprocess_cfg=scaling, pretrained_text=False)
        tokenizer = open_clip.get_tokenizer(name)
        unused = getattr(getattr(made, "text_decoder", None), "text_projection", None)
        if unused is not None and not pretrained:  # of CoCa: open_clip does not initialise it
            torch.nn.init.zeros_(unused)
    except Exception as error:  # raised by torch, safetensors, the hub or the network
        remedy = f"fix {model}"
        if isinstance(error, OSError) or pretrained and not file:
            remedy = "connect to the network for this one stage, or run where its download is cached"
        elif file:
            remedy = "give weights of this model, a state_dict in .safetensors or .pt"
        raise InputError(f"cannot get {key}, {model} {pretrained} ({one_line(error)}); {remedy}") from None
    finally:
        logging.disable(logging.NOTSET)
    config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": made.visual.preprocess_cfg}
    return Clip(made, evaluation_transform(made), tokenizer), config


def usual_preprocess(name: str) -> dict:
    """How pictures are scaled for open_clip's first weights of model `name`: a file of weights does not say it."""
    tags = open_clip.list_pretrained_tags_by_model(name)
    return {part: open_clip.get_pretrained_cfg(name, tags[0])[part] for part in PREPROCESS} if tags else {}
