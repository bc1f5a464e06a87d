"""What a reader of captions gives, and what readers have in common."""

import json
import operator
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

from stages.common.files.errors import InputError
from stages.common.files.storage import file_text

Content = TypeVar("Content")
DIGITS = 18  # of a text that is an id by itself, so that it fits 64 bits


class Photo(NamedTuple):
    """A photograph and its captions, as a file tells them."""

    image_id: int
    file_name: str  # a path below the source's folder of images
    captions: list[tuple[int, str]]  # caption ids and captions
    split: str | None = None  # where the file tells one: train, val or test


def number(name: int | str) -> int:
    """An id as a number, as the tables have them: 63 bits of its SHA-256 where it is a text that is no number.

    So it hangs on the text alone, and joins back to the source: adding an image changes no other's.

    >>> number(7), number("7"), number("dog.jpg")
    (7, 7, 7946279766196399108)
    """
    if not isinstance(name, str):
        if isinstance(name, bool):  # to Python a number too
            raise TypeError(f"{name!r} is no id")
        return operator.index(name)
    if name.isdecimal() and len(name) <= DIGITS and str(int(name)) == name:
        return int(name)
    return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def opened(path: Path, what: str, read: Callable[[Path], Content]) -> Content:
    """`read(path)`; InputError where the file is missing, or not valid `what`, which `read` tells by a ValueError."""
    try:
        return read(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; set captions.root and captions.sources to your files") from None
    except OSError as error:  # a folder, no permission
        raise InputError(f"{path} cannot be read ({error.strerror or error}); set captions.sources to a file") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid {what} ({' '.join(str(error).split())}); export it again") from None


def text_of(path: Path) -> str:
    """A file's text, as by `file_text`."""
    return opened(path, "UTF-8", file_text)


def json_of(path: Path) -> object:
    """A file's JSON."""
    return opened(path, "JSON", lambda file: json.loads(file_text(file)))


def grouped(rows: Iterator[tuple[str, str, int | str]]) -> Iterator[Photo]:
    """Photographs from rows of a file name, a caption and the caption's id, in any order; the name is the image's id.

    >>> list(grouped([("1", "a dog", 5), ("2", "a cat", 6), ("1", "dogs", 7)]))[0]
    Photo(image_id=1, file_name='1', captions=[(5, 'a dog'), (7, 'dogs')], split=None)
    """
    photos: dict[str, Photo] = {}
    for name, caption, key in rows:
        photos.setdefault(name, Photo(number(name), name, [])).captions.append((number(key), caption))
    yield from photos.values()
