"""What makes a folder of weights a model to ask: its statements, its calibration and its model card."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
from open_clip.push_to_hf_hub import generate_readme
from scipy.stats import binomtest

from stages.common.clip.calibration import best, fit_temperature, fit_threshold, own_and_foreign
from stages.common.clip.clip import REMADE, encode_images, encode_short_texts
from stages.common.files.storage import read_json, write_json
from stages.common.language.statements import COLUMNS, SCHEMA, said_of, training_statements
from stages.common.files.tables import SCHEMAS, read_jpegs, read_table, release_memory, write_table

STATEMENTS, CALIBRATION, CARD = "statements.parquet", "calibration.json", "README.md"
TRIPLES, IMAGES = Path("data/triples/triples"), Path("data/captions/images")
FITTED = 5000  # of the commonest statements, and
PICTURES = 1000  # of the pictures of split val, on which the temperature is fitted
Encoders = tuple[open_clip.CLIP, Callable, Callable]  # as by load_checkpoint


class About(NamedTuple):
    """What a model card says of where a model comes from."""

    name: str
    description: str
    licence: str
    details: dict[str, object]  # a line each


def finish(folder: Path, encoders: Encoders, about: About) -> None:
    """Write the statements of the training captions, the calibration on split val and the model card into `folder`.

    Without triples (a stage run by hand before they are made) the card alone, which says so.
    """
    found: dict = {}
    if TRIPLES.exists() and IMAGES.exists():
        triples = read_table(TRIPLES, SCHEMAS["triples"], COLUMNS).to_pandas()
        statements = training_statements(triples)
        table = pa.Table.from_pandas(statements, SCHEMA, preserve_index=False)
        write_table(folder / STATEMENTS, table, SCHEMA)
        triples = triples[triples["split"] == "val"]
        release_memory()  # of the others
        found = calibrate(encoders, statements.head(FITTED), triples)
    if found:
        write_json(folder / CALIBRATION, found)
    else:
        print(f"{about.name} is not calibrated: no triples of split val", file=sys.stderr)
    (folder / CARD).write_text(card(about, found), encoding="utf-8")


def calibrate(encoders: Encoders, statements: pd.DataFrame, triples: pd.DataFrame) -> dict:
    """The temperature and the threshold of a model, and what it reaches; empty where `triples` say no statement.

    `triples` are those of split val. Of the pictures of which a statement is said: how often the most probable of all
    statements is said ("relation@1"), with Wilson's 95% interval.
    """
    model, transform, tokenizer = encoders
    model.eval()
    known = triples.loc[triples["text"].isin(statements["text"]), "image_id"]
    ids = pd.Index(sorted(known.unique())[:PICTURES])
    if ids.empty:
        return {}
    images = encode_images(model, transform, read_jpegs(ids, IMAGES))  # (I, D)
    cosines = images @ encode_short_texts(model, tokenizer, statements["text"].tolist()).T  # (I, C)
    said = said_of(statements["text"], triples, ids)  # (I, C)
    temperature = fit_temperature(cosines, said)
    nouns = (statements[name].to_numpy(object) for name in ("subject", "object"))
    pairs = own_and_foreign(cosines, said, *nouns)
    return {
        "temperature": temperature,
        "threshold": fit_threshold(pairs),
        "statements": len(statements),
        "pictures": len(ids),
        "relation@1": share(best(cosines, said, temperature)[1]),
    }


def share(right: np.ndarray) -> list[float]:
    """Percent of `right` (N,), and Wilson's 95% interval: [percent, low, high].

    >>> share(np.array([True, True, False, False]))
    [50.0, 15.0, 85.0]
    """
    test = binomtest(int(right.sum()), len(right))
    bounds = test.proportion_ci(method="wilson")
    return [round(100 * float(value), 1) for value in (test.statistic, bounds.low, bounds.high)]


def card(about: About, found: dict) -> str:
    """The model card, with the YAML header that model hubs read; `found` as by `calibrate`, empty: not calibrated."""
    details: dict[str, object] = dict(about.details)
    if found:
        reached = "{:.1f}% [{:.1f}, {:.1f}]".format(*found["relation@1"])
        details["Accuracy on split val"] = (
            f"the most probable of {found['statements']:,} statements is said of {reached} of {found['pictures']:,} "
            "pictures (Wilson's 95% interval)"
        )
        details["Temperature"] = f"{found['temperature']}, fitted there: probability = softmax(cosine / temperature)"
    else:
        details["Temperature"] = "not fitted; that of CLIP's own logit_scale"
    return generate_readme(
        {
            "license": about.licence,
            "tags": ("clip", "relation-inference"),
            "description": f"{about.description}\n\n{LIMITS}",
            "details": details,
            "usage": USAGE.format(name=about.name),
            "citation": CITATION,
        },
        about.name,
    )


LIMITS = (
    "Made to tell which relation a picture shows: who does what to whom. It knows the verbs and nouns of its training "
    "captions; a probability is among the statements that are offered, not of the world. Accuracy on the test split, "
    "with intervals, is in the report of the project that made it. Not for decisions about people."
)
USAGE = """```python
import open_clip

model, _, preprocess = open_clip.create_model_and_transforms("local-dir:{name}")
tokenizer = open_clip.get_tokenizer("local-dir:{name}")
```

With the project: `python -m stages.infer photo.jpg --model {name}`."""
CITATION = """@article{drive,
  title = {Dynamic Relation Inference via Verb Embeddings},
  journal = {arXiv:2503.13021},
  year = {2025}
}"""


def licence_of(folder: Path) -> str:
    """The licence that a model's card names; other where there is no card."""
    path = folder / CARD
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("license: ")), "other")


def read_calibration(folder: Path) -> dict | None:
    """What `finish` wrote of a model's calibration; None where it is not calibrated."""
    path = folder / CALIBRATION
    return read_json(path, dict, REMADE) if path.is_file() else None
