"""Files that appear whole or not at all, and paths that stay inside their root."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stages.common.errors import InputError


@contextmanager
def write_beside(path: str | Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path`; rename it onto `path` on success, remove it on failure.

    The caller creates the sibling as a file or a folder. An existing `path` is replaced only once
    the new one is whole, so an interrupted stage never leaves a half-written output.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.partial")
    _remove(beside)
    try:
        yield beside
        if beside.is_dir():
            _remove(path)
        beside.replace(path)
    finally:
        _remove(beside)


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as indented JSON with a final newline, whole or not at all."""
    with write_beside(path) as beside:
        beside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def file_text(path: str | Path) -> str:
    """A file's text: UTF-8, or UTF-16 where its byte order mark says so; the mark, which some editors write, is left
    out. ValueError where it is neither, OSError where it cannot be read."""
    content = Path(path).read_bytes()
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def inside(root: str | Path, name: str) -> Path:
    """`root / name`, or InputError for a name that leads out of `root`: by `..` or an absolute path.

    Links are followed wherever they lead: a data file cannot make any, so they are the user's own (photographs on
    another disk, or DVC's cache).
    """
    plain = os.path.normpath(name)
    if os.path.isabs(plain) or plain.split(os.sep)[0] == "..":
        raise InputError(f"{name!r} leads out of {root}; use a path inside that folder")
    return Path(root) / plain


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
