"""python -m stages.captions: caption files and their images -> the tables captions and images, in parts."""

import os
from collections import Counter
from pathlib import Path

import pyarrow as pa

from stages.captions.options import CaptionsOptions
from stages.captions.part import images_part
from stages.captions.sources import Entry, read_source
from stages.common.files.errors import InputError, run_stage
from stages.common.files.executor import local_workers, open_executor
from stages.common.files.storage import write_json
from stages.common.files.cache_keys import code_of, content_key
from stages.common.files.params import read_block, read_seed
from stages.common.files.parts import make_parts, publish
from stages.common.run import RunOptions
from stages.common.files.tables import SCHEMAS, write_parts

OUT = Path("data/captions")
PART = 1000  # images of a part, with their captions; the parts of later tables are of these
GIGABYTES = 0.5  # of a process


def stamp(path: Path) -> list[int]:
    """What changes with a file's content, without reading it."""
    found = os.stat(path) if path.exists() else None
    return [found.st_size, found.st_mtime_ns] if found else []


def caption_rows(entries: list[Entry]) -> pa.Table:
    """The table of captions of some images."""
    rows = [(key, e.photo.image_id, caption, e.split) for e in entries for key, caption in e.photo.captions]
    return pa.table(list(map(list, zip(*rows))), schema=SCHEMAS["captions"])


def main() -> None:
    options, seed, run = read_block("captions", CaptionsOptions), read_seed(), read_block("run", RunOptions)
    entries = [
        entry for source in options.sources for entry in read_source(Path(options.root), source, options.shares, seed)
    ]
    if repeated := [i for i, n in Counter(e.photo.image_id for e in entries).items() if n > 1]:
        raise InputError(f"image id {repeated[0]} occurs twice; make ids unique over all files")
    captions = Counter(key for e in entries for key, _ in e.photo.captions)
    if repeated := [i for i, n in captions.items() if n > 1]:
        raise InputError(f"caption id {repeated[0]} occurs twice; make ids unique over all files")
    for split in ("train", "test"):
        if all(entry.split != split for entry in entries):
            remedy = f"give captions.shares a larger {split} part, or bring more captioned images"
            raise InputError(f"params.yaml: captions.sources give no image to split {split}; {remedy}")
    parts = [entries[first : first + PART] for first in range(0, len(entries), PART)]
    jobs = [([(e.photo.image_id, e.path) for e in part], options.short_side) for part in parts]
    files = [[e.photo.image_id, str(e.path), stamp(e.path)] for e in entries]
    key = content_key([options.short_side, PART, files], code_of("captions"))
    with open_executor(run.engine, local_workers(len(jobs), GIGABYTES)) as executor:
        images = make_parts(OUT / "images", images_part, jobs, key, executor)
    write_parts(OUT / "captions", map(caption_rows, parts), SCHEMAS["captions"])
    publish(images, OUT / "images")
    splits = Counter(entry.split for entry in entries)
    summary = {"captions": len(captions), "images": len(entries), "images_by_split": dict(splits)}
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
