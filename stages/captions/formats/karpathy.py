"""The split files of Karpathy and Fei-Fei (arXiv 1412.2306): dataset_coco.json, dataset_flickr30k.json, _flickr8k."""

from pathlib import Path
from typing import Literal, NotRequired

import pandas as pd
from typing_extensions import TypedDict

from stages.captions.rows import REMEDY, Id, caption_rows
from stages.common.files.storage import read_json

Sentence = TypedDict("Sentence", {"raw": str, "sentid": Id})
Split = Literal["train", "restval", "val", "test"]  # restval: images of COCO's val2014 that are used for training
Image = TypedDict(
    "Image",  # filepath: the folder, in COCO's file alone
    {"filepath": NotRequired[str], "filename": str, "imgid": Id, "split": Split, "sentences": list[Sentence]},
)
Dataset = TypedDict("Dataset", {"images": list[Image]})


def read(path: Path) -> pd.DataFrame:
    """The captions, each with its image's split; InputError names a wrong entry."""
    rows = []
    for image in read_json(path, Dataset, REMEDY)["images"]:
        name = f"{image['filepath']}/{image['filename']}" if "filepath" in image else image["filename"]
        split = "train" if image["split"] == "restval" else image["split"]
        rows += [(name, sentence["raw"], image["imgid"], sentence["sentid"], split) for sentence in image["sentences"]]
    return caption_rows(rows)
