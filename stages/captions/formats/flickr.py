"""Flickr8k's and Flickr30k's token files, Flickr8k.token.txt and results_20130124.token: NAME.jpg#0<TAB>caption."""

from pathlib import Path

import pandas as pd

from stages.captions.rows import caption_rows, text_of
from stages.common.files.errors import InputError


def read(path: Path) -> pd.DataFrame:
    """The captions of a token file; InputError names a line of another form, or with an empty caption."""
    rows = []
    for number, line in enumerate(text_of(path).rstrip("\n").split("\n"), 1):  # captions may hold other separators
        key, _, caption = line.partition("\t")
        name, mark, count = key.rpartition("#")
        if not (name and mark and count.isdecimal() and caption.strip()):
            raise InputError(f"{path}: line {number} is not NAME#NUMBER, a tab and a caption; fix or drop it")
        rows.append((name, caption, name, key, None))
    return caption_rows(rows)
