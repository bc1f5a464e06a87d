"""The split files of Karpathy and Fei-Fei (arXiv 1412.2306): dataset_coco.json, dataset_flickr30k.json, _flickr8k.

Each image has filename, imgid, split, sentences (raw, sentid), and with COCO's filepath, the folder. `restval` are
those of COCO's val2014 that all train on.
"""

from pathlib import Path

from stages.captions.photo import Photo, json_of, number
from stages.common.files.errors import InputError

SPLITS = {"train": "train", "restval": "train", "val": "val", "test": "test"}


def read(path: Path) -> list[Photo]:
    """The captioned photographs, each of its split; InputError names the image and the field that is not right."""
    content = json_of(path)
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise InputError(f"{path}: no list 'images'; the file must be one of Karpathy's dataset_*.json")
    photos = []
    for row, image in enumerate(content["images"]):
        try:
            captions = [(number(said["sentid"]), said["raw"]) for said in image["sentences"]]
            name = f"{image['filepath']}/{image['filename']}" if "filepath" in image else image["filename"]
            photos.append(Photo(number(image["imgid"]), name, captions, SPLITS[image["split"]]))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: images[{row}]: {error!r} is missing or wrong; download the file anew") from None
    return photos
