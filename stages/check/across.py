"""Checks of several parameters together."""

from pathlib import Path

from stages.common.clip.pretrained import check_model
from stages.common.files.errors import InputError
from stages.scenes.world import SPLITS


def check_across(blocks: dict) -> None:
    """InputError for parameters that do not fit together; `blocks` as from check_blocks."""
    check_data(blocks)
    check_methods(blocks)
    if blocks["negatives"].max_similarity < 1 and "base" not in blocks["features"]:
        refuse("negatives.max_similarity needs image embeddings under base; set features to {base: {}}")
    names = ["base", *blocks["train"].methods, *blocks["rivals"]]
    if repeated := [name for name in names if names.count(name) > 1]:
        refuse(f"{repeated[0]} is the name of two models among base, train.methods and rivals; rename one")
    check_model("base", blocks["base"].model, blocks["base"].pretrained)
    for name, rival in blocks["rivals"].items():
        check_model(f"rivals.{name}", rival.model, rival.pretrained)


def check_data(blocks: dict) -> None:
    """Training and test get images, a batch of base is filled, and the drawn images' truth is used with them alone."""
    captions, images, batch = blocks["captions"], blocks["scenes"].images, blocks["base"].batch_size
    named, scenes = {source.split for source in captions.sources}, Path("data/scenes")
    drawn = Path(captions.root) == scenes
    for split in ("train", "test"):
        by_shares = "random" in named and getattr(captions.shares, split) > 0
        if not (split in named or "file" in named or by_shares):  # a file may name any split: it is not read here
            refuse(f"captions.sources give no image to split {split}; add a source of that split or raise its share")
    if drawn and blocks["base"].epochs and images * SPLITS["train"] < batch:
        refuse(f"scenes.images {images} are too few for base.batch_size {batch}; make that smaller")
    if not drawn and Path(blocks["triples"].truth).is_relative_to(scenes):
        refuse(f"triples.truth is of {scenes} and captions.root is not; make triples.truth data/none.json")


def check_methods(blocks: dict) -> None:
    """Each method trains on sets that are made, of which one has a weight, and on embeddings that are made."""
    train, made = blocks["train"], blocks["negatives"].sets
    for name, method in train.methods.items():
        options, place = train.shared(name), f"train.methods.{name}.sets" if method.sets else "train.sets"
        if unknown := [key for key in options.sets if key not in made]:
            refuse(f"{place}.{unknown[0]} is not one of negatives.sets ({', '.join(made)}); drop it")
        if not any(options.sets.values()):
            refuse(f"{place} gives every set weight 0, so that there is nothing to train on; raise one")
        if options.freeze == "image" and "base" not in blocks["features"]:
            refuse(f"freeze image of method {name} needs image embeddings under base; set features to {{base: {{}}}}")


def refuse(line: str) -> None:
    raise InputError(f"params.yaml: {line}")
