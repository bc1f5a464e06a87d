"""Cache keys for resumable work: hashes of its settings, its input files and the code that does it."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

STAGES = Path(__file__).parents[2]


def content_key(settings: object, files: Iterable[str | Path]) -> str:
    """SHA-256 of `settings` (JSON values) and of the content of `files` in order; a folder counts as all its files."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in map(Path, files):
        for part in sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]:
            with open(part, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def code_files(stage: str) -> list[Path]:
    """The modules of a stage and those that stages share."""
    return [path for folder in (stage, "common") for path in sorted((STAGES / folder).rglob("*.py"))]


def set_aside(path: Path) -> None:
    """Rename a damaged file to NAME.damaged and report it on stderr; its content is made again."""
    path.replace(path.with_name(f"{path.name}.damaged"))
    print(f"{path} is damaged; renamed to {path.name}.damaged and made again", file=sys.stderr)
