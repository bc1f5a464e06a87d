"""The split files of Karpathy and Fei-Fei (arXiv 1412.2306): dataset_coco.json, dataset_flickr30k.json, _flickr8k.

Each image has filename, imgid, split, sentences (raw, sentid) and, in COCO's, filepath, the folder. `restval` are the
images of COCO's val2014 that are used for training.
"""

from pathlib import Path

import pandas as pd

from stages.captions.rows import caption_rows, json_of
from stages.common.files.errors import InputError

SPLITS = {"train": "train", "restval": "train", "val": "val", "test": "test"}


def read(path: Path) -> pd.DataFrame:
    """The captions, each with its image's split; InputError names the image and the wrong field."""
    content = json_of(path)
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise InputError(f"{path}: no list 'images'; the file must be one of Karpathy's dataset_*.json")
    rows = []
    for number, image in enumerate(content["images"]):
        try:
            name = f"{image['filepath']}/{image['filename']}" if "filepath" in image else image["filename"]
            split = SPLITS[image["split"]]
            rows += [(name, s["raw"], image["imgid"], s["sentid"], split) for s in image["sentences"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: images[{number}]: {error!r} is missing or wrong; download it again") from None
    return caption_rows(rows)
