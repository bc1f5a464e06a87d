"""A tiny project folder with models that can be asked: random ones of a few thousand weights."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from PIL import Image

from stages.common.clip.checkpoint import save_checkpoint
from stages.common.files.storage import write_json
from stages.common.language.inflection import triple_text
from stages.common.language.statements import SCHEMA
from tests.project import RUN, jpeg, tiny_model, write_jpegs, write_rows

STATED = ["man ride horse", "man feed horse", "dog chase cat", "cat chase dog"]
STATED += ["man wear hat", "man hold hat", "dog bite ball", "dog chase ball"]
CALIBRATION = {"temperature": 0.05, "threshold": -1.0, "statements": 8, "pictures": 4, "relation@1": [50.0, 15.0, 85.0]}


def statements(*rows: str) -> pd.DataFrame:
    """Statements of "subject verb [preposition] object", each with the count 1."""
    table = []
    for text in rows:
        subject, relation, *rest = text.split()
        words = [subject, relation, None, rest[0] if rest[1:] else None, rest[-1], False]
        table.append([*words, triple_text(*words), 1])
    return pd.DataFrame(table, columns=SCHEMA.names)


def make_pictures(folder: Path, count: int) -> None:
    """Noise pictures of 20 x 16 pixels, 1.png, 2.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        noise = np.random.default_rng(number).integers(0, 256, (16, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{number + 1}.png")


def make_project(root: Path) -> None:
    """Models ours, with a calibration, and plain, without; triples, images and three pictures."""
    data = root / "data"
    facts = statements(*STATED).drop(columns="count").assign(split="train", dynamic=True)
    ids = {name: range(len(facts)) for name in ("triple_id", "caption_id", "image_id")}
    write_rows(data / "triples/triples/part-00000.parquet", "triples", facts.assign(**ids).to_dict("records"))
    write_jpegs(data / "captions", [jpeg(number) for number in range(2)])
    model, config = tiny_model()
    save_checkpoint(data / "models/ours", model, config, history=pd.DataFrame({"step": [1]}))
    model.text_projection.data.neg_()
    save_checkpoint(data / "models/plain", model, config)
    write_json(data / "evaluate/ours/calibration.json", CALIBRATION)
    make_pictures(root / "pictures", 3)
    params = {"run": RUN | {"device": "cpu"}, "infer": {"model": "ours", "images": "pictures"}}
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
