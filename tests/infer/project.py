"""A tiny project folder with models that can be asked: random ones of a few thousand weights."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml
from PIL import Image

from stages.common.clip.embed import load_checkpoint
from stages.common.clip.finish import About, finish
from stages.common.files.tables import SCHEMAS, write_parts
from tests.evaluate.project import images, make_model, triples
from tests.project import RUN


def make_pictures(folder: Path, count: int) -> list[Path]:
    """Noise pictures of 20 x 16 pixels, 1.png, 2.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.png" for number in range(1, count + 1)]
    for number, path in enumerate(paths):
        noise = np.random.default_rng(number).integers(0, 256, (16, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(path)
    return paths


def make_project(root: Path) -> None:
    """data/models/ours, calibrated on split val, data/models/plain without what finish adds, and three pictures."""
    facts = triples()
    facts["split"] = np.where(facts["image_id"] > 8, "val", "train")
    for name, rows in {"triples/triples": facts, "captions/images": images()}.items():
        schema = SCHEMAS[name.split("/")[1]]
        write_parts(root / f"data/{name}", [pa.Table.from_pandas(rows, schema, preserve_index=False)], schema)
    for seed, name in enumerate(("ours", "plain")):
        make_model(root / "data/models" / name, seed)
    about = About("ours", "A random CLIP.", "mit", {"Method": "none"})
    finish(root / "data/models/ours", load_checkpoint(root / "data/models/ours"), about)
    make_pictures(root / "pictures", 3)
    params = {"run": RUN | {"device": "cpu"}, "infer": {"model": "ours", "images": "pictures"}}
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def statements(*rows: str) -> pd.DataFrame:
    """Statements of "subject verb [preposition] object", each said once."""
    table = []
    for text in rows:
        subject, relation, *rest = text.split()
        row = {"subject": subject, "relation": relation, "particle": None, "object": rest[-1], "passive": False}
        table.append(row | {"preposition": rest[0] if rest[1:] else None, "text": text, "count": 1})
    return pd.DataFrame(table)
