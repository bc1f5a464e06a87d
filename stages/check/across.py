"""Checks of several parameters together."""

from pathlib import Path

from stages.captions.options import CaptionsOptions
from stages.common.clip.pretrained import check_model
from stages.common.files.errors import InputError
from stages.scenes.world import SPLITS

SCENES = Path("data/scenes")


def check_across(blocks: dict) -> None:
    """InputError for parameters that do not fit together; `blocks` as by check_blocks."""
    captions, base, train = blocks["captions"], blocks["base"], blocks["train"]
    for split in ("train", "test"):
        if split not in splits(captions):
            refuse(f"captions.sources give no image to split {split}; add a source of that split or raise its share")
    check_drawn(blocks)
    for name in train.methods:
        check_sets(f"train.methods.{name}", train.shared(name).sets, list(blocks["negatives"].sets))
    check_sets("train", train.sets, list(blocks["negatives"].sets))
    check_features(blocks)
    for name in blocks["rivals"]:
        if name in train.methods:
            refuse(f"rivals.{name} has the name of a method; give the rival another")
    check_model("base", base.model, base.pretrained)
    for name, rival in blocks["rivals"].items():
        check_model(f"rivals.{name}", rival.model, rival.pretrained)


def splits(captions: CaptionsOptions) -> set[str]:
    """The splits that get images."""
    named = {source.split for source in captions.sources}
    drawn = {split for split, share in captions.shares if share > 0} if "random" in named else set()
    in_files = {"train", "val", "test"} if "file" in named else set()  # those files are not read here
    return (named | drawn | in_files) - {"random", "file"}


def check_drawn(blocks: dict) -> None:
    """The drawn data set has enough images for a batch of base, and its truth is used with it alone."""
    drawn = Path(blocks["captions"].root) == SCENES
    images, batch = blocks["scenes"].images, blocks["base"].batch_size
    if drawn and blocks["base"].epochs and images * SPLITS["train"] < batch:
        refuse(f"scenes.images {images} are too few for base.batch_size {batch}; make that smaller")
    if not drawn and Path(blocks["triples"].truth).is_relative_to(SCENES):
        refuse(f"triples.truth is of {SCENES} and captions.root is not; make triples.truth data/none.json")


def check_sets(block: str, sets: dict[str, float], known: list[str]) -> None:
    """The sets that a method trains on are made, and one of them has a weight."""
    for name in sets:
        if name not in known:
            refuse(f"{block}.sets.{name} is not one of negatives.sets ({', '.join(known)}); drop it")
    if not any(sets.values()):
        refuse(f"{block}.sets gives every set weight 0, so that there is nothing to train on; raise one")


def check_features(blocks: dict) -> None:
    """Cached embeddings are made where a stage reads them."""
    train = blocks["train"]
    readers = [f"train.methods.{name}" for name in train.methods if train.shared(name).freeze == "image"]
    readers += ["negatives.max_similarity"] if blocks["negatives"].max_similarity < 1 else []
    if readers and "base" not in blocks["features"]:
        refuse(f"{readers[0]} needs image embeddings under base; set features to {{base: {{}}}}")


def refuse(line: str) -> None:
    raise InputError(f"params.yaml: {line}")
