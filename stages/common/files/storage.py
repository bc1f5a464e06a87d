"""Files written whole or not at all, JSON read as a type, and paths that stay inside their folder."""

import glob
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
from pydantic import TypeAdapter, ValidationError

from stages.common.files.errors import InputError, one_line

T = TypeVar("T")


@contextmanager
def write_beside(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, for a file or a folder; rename it on success, remove it on failure.

    Its name holds the process's number: no two processes share it, and those of killed processes are removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        process = left.name.split(".")[-2]
        if process == str(os.getpid()) or process.isdecimal() and not psutil.pid_exists(int(process)):
            _remove(left)
    beside, older = (path.with_name(f".{path.name}.{what}{os.getpid()}.partial") for what in ("", "older."))
    try:
        yield beside
        if beside.is_dir() and path.exists():  # a folder can only replace an empty one
            path.replace(older)
        beside.replace(path)
    finally:
        _remove(beside)
        _remove(older)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as indented JSON, whole or not at all."""
    with write_beside(path) as beside:
        beside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: str | Path, kind: type[T], remedy: str) -> T:
    """The JSON of a file, checked against the type `kind`; keys that a mapping type does not name are kept.

    InputError with the place in the file and `remedy` where it is missing, damaged or of another type.
    """
    try:
        return TypeAdapter(kind).validate_json(read_text(path, remedy), extra="allow")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part!r}]" for part in first["loc"])
        raise InputError(f"{path}: {f'{place}: ' if place else ''}{first['msg']}; {remedy}") from None


def read_text(path: str | Path, remedy: str) -> str:
    """`file_text`; InputError with `remedy` where the file is missing, or is not text."""
    try:
        return file_text(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing; {remedy}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({one_line(error)}); {remedy}") from None


def file_text(path: str | Path) -> str:
    """The text of a UTF-8 file, or UTF-16 with a byte order mark, without the mark; ValueError where it is neither."""
    content = Path(path).read_bytes()
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def inside(root: str | Path, name: str) -> Path:
    """`root / name`; InputError for a name that leads out of `root`, by `..` or as an absolute path.

    Links may lead out: a data file cannot create any, so they are the user's own or those of DVC's cache.
    """
    plain = os.path.normpath(name)
    if os.path.isabs(plain) or plain.split(os.sep)[0] == "..":
        raise InputError(f"{name!r} leads out of {root}; use a path inside that folder")
    return Path(root) / plain
