"""Files that appear whole or not at all, and paths that stay inside their root."""

import json
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


def inside(root: str | Path, name: str) -> Path:
    """`root / name`, or InputError where that lies outside `root` (`..`, an absolute path, a link)."""
    root = Path(root).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise InputError(f"{name!r} leads out of {root}; use a path inside that folder")
    return path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
