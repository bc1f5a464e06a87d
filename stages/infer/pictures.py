"""Which pictures are asked about, and with which words."""

import csv
import glob
import json
from pathlib import Path
from typing import NamedTuple

from stages.common.files.errors import InputError
from stages.common.files.storage import inside

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


class Question(NamedTuple):
    """A picture, and the nouns that it is asked about; None: whatever it shows."""

    picture: Path
    subject: str | None = None
    object: str | None = None

    @property
    def asked(self) -> str:
        """What is given of the relation, in words: "man, horse"; empty where nothing is."""
        return ", ".join(noun for noun in (self.subject, self.object) if noun)


def is_one(source: str) -> bool:
    """Whether `source` names one picture, and no folder, pattern or list."""
    return not Path(source).is_dir() and not has_magic(source) and Path(source).suffix not in (".csv", ".json")


def has_magic(source: str) -> bool:
    """Whether `source` is a pattern; a file of that very name comes first."""
    return glob.has_magic(source) and not Path(source).exists()


def questions(sources: list[str]) -> list[Question]:
    """All pictures of `sources`: pictures, folders, patterns, csv files and COCO's json, in that order.

    InputError for a source without any, or with a mistake.
    """
    found = []
    for source in sources:
        path = Path(source)
        if has_magic(source):
            here = [Question(Path(name)) for name in sorted(glob.glob(source, recursive=True)) if is_picture(name)]
        elif path.is_dir():
            here = [Question(name) for name in sorted(path.iterdir()) if is_picture(name)]
        elif path.suffix == ".csv":
            here = read_csv(path)
        elif path.suffix == ".json":
            here = read_coco(path)
        else:
            here = [Question(path)]
        if not here:
            raise InputError(f"{source} has no picture ({', '.join(sorted(SUFFIXES))}); put some there")
        found += here
    return found


def is_picture(path: str | Path) -> bool:
    return Path(path).suffix.lower() in SUFFIXES


def read_csv(path: Path) -> list[Question]:
    """Rows of the columns picture, subject and object, of which the last two may be empty or left out.

    Pictures are files in the folder of the csv or below.
    """
    with open_text(path) as file:
        rows = csv.DictReader(file)
        columns = rows.fieldnames or []
        if "picture" not in columns or set(columns) - {"picture", "subject", "object"}:
            raise InputError(f"{path}: columns are {', '.join(columns) or 'none'}; write picture,subject,object")
        found = []
        for number, row in enumerate(rows, 2):
            if not row["picture"] or None in row:
                raise InputError(f"{path}: row {number} does not fit picture,subject,object; fix it")
            nouns = (row.get(name) or None for name in ("subject", "object"))
            inside(path.parent, row["picture"])
            found.append(Question(path.parent / row["picture"], *nouns))
    return found


def read_coco(path: Path) -> list[Question]:
    """The images of a file in COCO's format.

    Their folder is that of the json, the one above, or one in that, whichever has the first of them.
    """
    with open_text(path) as file:
        try:
            names = [image["file_name"] for image in json.load(file)["images"]]
            names = [name for name in names if isinstance(name, str)]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} is not in COCO's format ({error!r}); it needs images with file_name") from None
    if not names:
        return []
    above = path.parent.parent if path.parent.name else path.resolve().parent.parent
    for root in (path.parent, above, *sorted(p for p in above.iterdir() if p.is_dir())):
        if inside(root, names[0]).is_file():
            return [Question(root / name) for name in names if inside(root, name)]
    raise InputError(f"{path}: {names[0]} is in no folder beside it; put the pictures into one of {above}")


def open_text(path: Path):
    """An open text file; InputError where there is none, or it is no text."""
    try:
        path.read_text(encoding="utf-8-sig")
        return path.open(encoding="utf-8-sig", newline="")
    except FileNotFoundError:
        raise InputError(f"{path} is missing; name a picture, a folder, a csv or a json") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text ({error}); export it again") from None
