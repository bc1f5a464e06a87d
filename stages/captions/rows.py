"""Rows of captions, what every reader of a caption format returns, and what readers share."""

import json
import operator
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pandas as pd

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import file_text

T = TypeVar("T")
MAX_DIGITS = 18  # of a text that is read as a number: it fits 64 bits
COLUMNS = ["file_name", "caption", "image_id", "caption_id", "split"]


def caption_rows(rows: Iterable[tuple]) -> pd.DataFrame:
    """A table with a row a caption: the image's path below the source's folder, the caption, ids and the split.

    Ids are numbers or texts; split is train, val or test, or None where the file does not say it.
    """
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def integer_id(name: int | str) -> int:
    """An id as an integer, as tables hold it: for a text that is not a number, 63 bits of its SHA-256.

    It depends on the text alone: adding an image changes no other id.

    >>> integer_id(7), integer_id("7"), integer_id("dog.jpg")
    (7, 7, 7946279766196399108)
    """
    if not isinstance(name, str):
        if isinstance(name, bool):  # an int in Python
            raise TypeError(f"{name!r} is not an id")
        return operator.index(name)
    if name.isdecimal() and len(name) <= MAX_DIGITS and str(int(name)) == name:
        return int(name)
    return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def read_file(path: Path, what: str, read: Callable[[Path], T]) -> T:
    """`read(path)`; InputError where the file is missing, or where `read` raises ValueError: it is not valid `what`."""
    try:
        return read(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; set captions.root and captions.sources to your files") from None
    except OSError as error:  # a folder, no permission
        raise InputError(f"{path} cannot be read ({error.strerror or error}); set captions.sources to a file") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid {what} ({one_line(error)}); export it again") from None


def text_of(path: Path) -> str:
    """The text of a file."""
    return read_file(path, "UTF-8", file_text)


def json_of(path: Path) -> object:
    """The JSON value in a file."""
    return read_file(path, "JSON", lambda file: json.loads(file_text(file)))
