"""Which pictures are asked about, and with which nouns."""

import csv
import glob
import io
import json
from pathlib import Path
from typing import NamedTuple

from stages.common.files.errors import InputError
from stages.common.files.storage import file_text, inside

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


class Query(NamedTuple):
    """A picture, and the nouns it is asked about, None for any."""

    picture: Path
    subject: str | None = None
    object: str | None = None

    @property
    def nouns(self) -> str:
        """The nouns that are given: "man, horse"."""
        return ", ".join(noun for noun in (self.subject, self.object) if noun)


def is_pattern(source: str) -> bool:
    """Whether `source` is a pattern, and not the name of an existing file."""
    return glob.has_magic(source) and not Path(source).exists()


def is_one(source: str) -> bool:
    """Whether `source` is one picture, not a folder, a pattern or a list."""
    return not Path(source).is_dir() and not is_pattern(source) and Path(source).suffix not in (".csv", ".json")


def read_queries(source: str) -> list[Query]:
    """The pictures of `source`: a picture, a folder, a pattern, a csv file or COCO's json.

    InputError where it has none, or a mistake.
    """
    path = Path(source)
    if is_one(source):
        return [Query(path)]
    if is_pattern(source) or path.is_dir():
        paths = path.iterdir() if path.is_dir() else map(Path, glob.glob(source, recursive=True))
        found = [Query(one) for one in sorted(paths) if one.suffix.lower() in SUFFIXES]
    else:
        found = read_csv(path) if path.suffix == ".csv" else read_coco(path)
    if not found:
        raise InputError(f"{source} has no picture ({', '.join(sorted(SUFFIXES))}); put some there")
    return found


def read_csv(path: Path) -> list[Query]:
    """Rows of picture, subject and object, of which the last two may be empty; pictures lie in the csv's folder."""
    rows = csv.DictReader(io.StringIO(text_of(path)))
    columns = rows.fieldnames or []
    if "picture" not in columns or set(columns) - set(Query._fields):
        raise InputError(f"{path}: columns are {', '.join(columns) or 'none'}; write picture,subject,object")
    found = []
    for number, row in enumerate(rows, 2):
        if not row["picture"] or None in row:
            raise InputError(f"{path}: row {number} does not fit picture,subject,object; fix it")
        found.append(Query(inside(path.parent, row["picture"]), row.get("subject") or None, row.get("object") or None))
    return found


def read_coco(path: Path) -> list[Query]:
    """The images of a file in COCO's format.

    Their folder is that of the json, the one above, or one in that: whichever holds the first image.
    """
    try:
        names = [image["file_name"] for image in json.loads(text_of(path))["images"]]
        names = [name for name in names if isinstance(name, str)]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not in COCO's format ({error!r}); it needs images with file_name") from None
    if not names:
        return []
    above = path.resolve().parent.parent
    for root in (path.parent, above, *sorted(p for p in above.iterdir() if p.is_dir())):
        if inside(root, names[0]).is_file():
            return [Query(inside(root, name)) for name in names]
    raise InputError(f"{path}: {names[0]} is in no folder beside it; put the pictures into one of {above}")


def text_of(path: Path) -> str:
    """The text of a file; InputError where it is missing or not text."""
    try:
        return file_text(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; name a picture, a folder, a csv or a json") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as text ({error}); export it again") from None
