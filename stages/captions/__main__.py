"""python -m stages.captions: caption files and their images -> the tables captions and images, in parts."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from stages.captions.options import CaptionsOptions
from stages.captions.part import images_part
from stages.captions.sources import read_source
from stages.common.files.cache_keys import code_files, content_key
from stages.common.files.errors import InputError, run_stage
from stages.common.files.executor import local_workers, open_executor
from stages.common.files.params import read_block, read_seed
from stages.common.files.parts import make_parts, publish
from stages.common.files.storage import write_json
from stages.common.files.tables import SCHEMAS, write_parts
from stages.common.run import RunOptions

OUT = Path("data/captions")
PART = 1000  # images in a part; parts of later tables belong to the same images
GIGABYTES = 0.5  # for a process


def stamp(path: Path) -> list[int]:
    """Size and time of a file, which change with its content."""
    return [path.stat().st_size, path.stat().st_mtime_ns] if path.exists() else []


def read_sources(options: CaptionsOptions, seed: int) -> pd.DataFrame:
    """The captions of all sources; InputError for an id that occurs twice, and a split without images."""
    parts = [read_source(Path(options.root), source, options.shares, seed) for source in options.sources]
    rows = pd.concat(parts, ignore_index=True)
    images = pd.concat([part["image_id"].drop_duplicates() for part in parts])
    for what, ids in (("image", images), ("caption", rows["caption_id"])):
        if len(repeated := ids[ids.duplicated()]):
            raise InputError(f"{what} id {repeated.iloc[0]} occurs twice; make ids unique over all files")
    for split in ("train", "test"):
        if split not in set(rows["split"]):
            remedy = f"give captions.shares a larger {split} part, or bring more captioned images"
            raise InputError(f"params.yaml: captions.sources give no image to split {split}; {remedy}")
    return rows


def main(arguments: list[str]) -> None:
    options, seed, run = read_block("captions", CaptionsOptions), read_seed(), read_block("run", RunOptions)
    rows = read_sources(options, seed)
    images = rows.drop_duplicates("image_id")
    pairs = list(zip(images["image_id"].tolist(), images["path"]))
    jobs = [(pairs[first : first + PART], options.short_side) for first in range(0, len(pairs), PART)]
    files = [[image_id, str(path), stamp(path)] for image_id, path in pairs]
    key = content_key([options.short_side, PART, files], code_files("captions"))
    with open_executor(run.engine, local_workers(len(jobs), GIGABYTES)) as executor:
        pictures = make_parts(OUT / "images", images_part, jobs, key, executor)
    part = rows["image_id"].map({image_id: number // PART for number, (image_id, _) in enumerate(pairs)})
    schema = SCHEMAS["captions"]
    tables = (pa.Table.from_pandas(group, schema, preserve_index=False) for _, group in rows.groupby(part))
    write_parts(OUT / "captions", tables, schema)
    publish(pictures, OUT / "images")
    splits = images["split"].value_counts(sort=False).to_dict()
    write_json(OUT / "summary.json", {"captions": len(rows), "images": len(images), "images_by_split": splits})


if __name__ == "__main__":
    run_stage(main)
