"""What hangs on several parameters, and is known from them alone."""

from pathlib import Path

from stages.captions.options import CaptionsOptions
from stages.common.files.errors import InputError
from stages.common.clip.pretrained import check_model
from stages.scenes.world import SPLITS

SCENES = Path("data/scenes")


def check_across(blocks: dict) -> None:
    """InputError, one line, for parameters that do not fit one another; `blocks` as by check_blocks."""
    captions, base, train = blocks["captions"], blocks["base"], blocks["train"]
    for split in ("train", "test"):
        if split not in splits(captions):
            wrong(f"captions.sources give no image to split {split}; add a source of that split or raise its share")
    check_drawn(blocks)
    for name in train.sets:
        if name not in blocks["negatives"].sets:
            wrong(f"train.sets.{name} is none of negatives.sets ({', '.join(blocks['negatives'].sets)}); drop it")
    if train.methods and not any(train.sets.values()):
        wrong("train.sets weighs none, so that there is nothing to train on; give one of them a weight above 0")
    for name in blocks["rivals"]:
        if name in train.methods:
            wrong(f"rivals.{name} has the name of a method; give the rival another")
    check_model("base", base.model, base.pretrained)
    for name, rival in blocks["rivals"].items():
        check_model(f"rivals.{name}", rival.model, rival.pretrained)


def splits(captions: CaptionsOptions) -> set[str]:
    """The splits that get images."""
    named = {source.split for source in captions.sources}
    drawn = {split for split, share in captions.shares if share > 0} if "random" in named else set()
    in_files = {"train", "val", "test"} if "file" in named else set()  # as the file says, which is not read here
    return (named | drawn | in_files) - {"random", "file"}


def check_drawn(blocks: dict) -> None:
    """The drawn data set: large enough for a batch of base, and its truth read with it alone."""
    drawn = Path(blocks["captions"].root) == SCENES
    images, batch = blocks["scenes"].images, blocks["base"].batch_size
    if drawn and blocks["base"].epochs and images * SPLITS["train"] < batch:
        wrong(f"scenes.images {images} are too few for base.batch_size {batch}; make that smaller")
    if not drawn and Path(blocks["triples"].truth).is_relative_to(SCENES):
        wrong(f"triples.truth is of {SCENES} and captions.root is not; make triples.truth empty")


def wrong(line: str) -> None:
    raise InputError(f"params.yaml: {line}")
