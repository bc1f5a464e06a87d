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


def is_one(source: str) -> bool:
    """Whether `source` is one picture, not a folder, a pattern or a list."""
    return not Path(source).is_dir() and not is_pattern(source) and Path(source).suffix not in (".csv", ".json")


def is_pattern(source: str) -> bool:
    """Whether `source` is a pattern, and not the name of an existing file."""
    return glob.has_magic(source) and not Path(source).exists()


def read_queries(sources: list[str]) -> list[Query]:
    """All pictures of `sources`: pictures, folders, patterns, csv files and COCO's json, in that order.

    InputError for a source without any, or with a mistake.
    """
    found = []
    for source in sources:
        path = Path(source)
        if is_pattern(source):
            here = [Query(Path(name)) for name in sorted(glob.glob(source, recursive=True)) if is_picture(name)]
        elif path.is_dir():
            here = [Query(name) for name in sorted(path.iterdir()) if is_picture(name)]
        elif path.suffix == ".csv":
            here = read_csv(path)
        elif path.suffix == ".json":
            here = read_coco(path)
        else:
            here = [Query(path)]
        if not here:
            raise InputError(f"{source} has no picture ({', '.join(sorted(SUFFIXES))}); put some there")
        found += here
    return found


def is_picture(path: str | Path) -> bool:
    return Path(path).suffix.lower() in SUFFIXES


def read_csv(path: Path) -> list[Query]:
    """Rows of picture, subject and object, of which the last two may be empty; pictures lie in the csv's folder."""
    rows = csv.DictReader(io.StringIO(text_of(path)))
    columns = rows.fieldnames or []
    if "picture" not in columns or set(columns) - {"picture", "subject", "object"}:
        raise InputError(f"{path}: columns are {', '.join(columns) or 'none'}; write picture,subject,object")
    found = []
    for number, row in enumerate(rows, 2):
        if not row["picture"] or None in row:
            raise InputError(f"{path}: row {number} does not fit picture,subject,object; fix it")
        nouns = (row.get(name) or None for name in ("subject", "object"))
        found.append(Query(inside(path.parent, row["picture"]), *nouns))
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
