"""What readers of caption formats share: the form of their tables, ids, and the text of a file."""

from collections.abc import Iterable
from hashlib import sha256
from numbers import Integral
from pathlib import Path

import pandas as pd
from pydantic import StrictInt, StrictStr

from stages.common.files.storage import read_text

Id = StrictInt | StrictStr
MAX_DIGITS = 18  # of a text that is read as a number: it fits 64 bits
COLUMNS = ["file_name", "caption", "image_id", "caption_id", "split"]
REMEDY = "set captions.root and captions.sources to your files, or export it again"


def caption_rows(rows: Iterable[tuple]) -> pd.DataFrame:
    """A table with a row a caption: the image's path below the source's folder, the caption, ids and the split.

    Ids are numbers or texts; split is train, val or test, or None where the file gives none.
    """
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def integer_id(name: int | str) -> int:
    """An id as an integer, as tables hold it: for a text that is not a number, 63 bits of its SHA-256.

    It depends on the text alone: adding an image changes no other id. ValueError for an id that cannot be used.

    >>> integer_id(7), integer_id("7"), integer_id("dog.jpg")
    (7, 7, 7946279766196399108)
    """
    if isinstance(name, str):
        if name.isdecimal() and len(name) <= MAX_DIGITS and str(int(name)) == name:
            return int(name)
        return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1
    if isinstance(name, bool) or not isinstance(name, Integral):  # a bool is an int in Python
        raise ValueError(f"id {name!r} is neither a whole number nor a text")
    if not -(2**63) <= name < 2**63:
        raise ValueError(f"id {name} does not fit 64 bits")
    return int(name)


def text_of(path: Path) -> str:
    """The text of a file."""
    return read_text(path, REMEDY)
