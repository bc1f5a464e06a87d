"""Keys of work that goes on where it was broken off: of its settings, its inputs and the code that does it."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

STAGES = Path(__file__).parents[1]


def content_key(settings: object, files: Iterable[str | Path]) -> str:
    """A hash of `settings` (anything JSON holds) and of the content of `files`, in their order; of a folder, all its
    files."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in map(Path, files):
        for part in sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]:
            with open(part, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def code_of(stage: str) -> list[Path]:
    """The modules of a stage and those that stages share."""
    return [path for folder in (stage, "common") for path in sorted((STAGES / folder).rglob("*.py"))]


def put_aside(path: Path) -> None:
    """Rename a file that cannot be read, as of a full disk, and say so: what it held is made anew."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    print(f"{path} is damaged: put aside as {aside.name} and made anew", file=sys.stderr)
