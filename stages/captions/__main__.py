"""python -m stages.captions: caption files and their images -> captions.parquet, images.parquet."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from stages.captions.options import CaptionsOptions
from stages.captions.shrink import shrink
from stages.captions.sources import read_source
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import read_block, read_seed
from stages.common.tables import SCHEMAS, table_writer, write_table

OUT = Path("data/captions")
ROWS = 1000  # images a row group, so that memory stays flat


def main() -> None:
    options, seed = read_block("captions", CaptionsOptions), read_seed()
    entries = [
        entry for source in options.sources for entry in read_source(Path(options.root), source, options.shares, seed)
    ]
    if repeated := [i for i, n in Counter(e.photo.image_id for e in entries).items() if n > 1]:
        raise InputError(f"image id {repeated[0]} occurs twice; make ids unique over all files")
    captions = [
        {"caption_id": key, "image_id": e.photo.image_id, "caption": caption, "split": e.split}
        for e in entries
        for key, caption in e.photo.captions
    ]
    if repeated := [i for i, n in Counter(c["caption_id"] for c in captions).items() if n > 1]:
        raise InputError(f"caption id {repeated[0]} occurs twice; make ids unique over all files")
    for split in ("train", "test"):
        if all(entry.split != split for entry in entries):
            remedy = f"give captions.shares a larger {split} part, or bring more captioned images"
            raise InputError(f"params.yaml: captions.sources give no image to split {split}; {remedy}")
    with write_beside(OUT / "images.parquet") as beside:
        with table_writer(beside, SCHEMAS["images"], len(entries), compression="none") as writer:
            for start in tqdm(range(0, len(entries), ROWS), desc="images, by thousands"):
                rows = entries[start : start + ROWS]
                pictures = [shrink(row.path, options.short_side) for row in rows]
                columns = [[row.photo.image_id for row in rows], *map(list, zip(*pictures, strict=True))]
                writer.write_table(pa.table(columns, schema=SCHEMAS["images"]))
    table = pa.Table.from_pylist(captions, schema=SCHEMAS["captions"])
    write_table(OUT / "captions.parquet", table, SCHEMAS["captions"])
    splits = Counter(entry.split for entry in entries)
    summary = {"captions": len(captions), "images": len(entries), "images_by_split": dict(splits)}
    write_json(OUT / "summary.json", summary)


if __name__ == "__main__":
    run_stage(main)
