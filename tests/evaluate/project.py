"""A tiny project folder with models to evaluate, and made-up inputs and embeddings for single measures."""

import shutil
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
import torch
import yaml

from stages.common.clip.checkpoint import save_checkpoint
from stages.common.clip.embedding_table import EmbeddingTable
from stages.common.files.storage import write_json
from stages.common.language.inflection import triple_text
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated
from tests.project import ROOT, RUN, TINY, jpeg, tiny_model, write_jpegs, write_rows

TEST = ["man ride horse", "man feed horse", "dog chase cat", "cat chase dog"]
TEST += ["man wear hat", "man hold hat", "dog bite ball", "dog chase ball"]
TRAIN, VAL = TEST[:4], ["man ride horse", "dog chase cat"]
SPLITS = ["test"] * len(TEST) + ["train"] * len(TRAIN) + ["val"] * len(VAL)  # of images 0, 1, ...
TUPLES = [  # set, image of the anchor, image of the negative; None: its text alone
    ("dynamic", 0, 1),
    ("dynamic", 6, 7),
    ("stative", 4, 5),
    ("swapped", 2, 3),
    ("swapped", 3, None),
    ("random", 0, 4),
    ("dynamic", 8, 9),
    ("swapped", 10, 11),
]
DIFFERS = {"dynamic": "verb", "stative": "verb", "swapped": "roles", "random": ""}
PARAMS = {
    "seed": 0,
    "run": RUN | {"device": "cpu"},
    "train": {"methods": {"clip": {"loss": "clip"}, "drive": {"loss": "drive"}}},
    "rivals": {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}},
    "evaluate": {"resamples": 50, "alphas": [0.5], "instances": "data/none.json"},
    "benchmarks": {},
}


def triples(rows: list[tuple[int, str]], split: str = "test") -> pd.DataFrame:
    """A table of triples of (image, "subject verb [preposition] object"), numbered from 0."""
    table = []
    for number, (image, words) in enumerate(rows):
        subject, relation, *rest = words.split()
        row = {"triple_id": number, "caption_id": number, "image_id": image, "split": split, "subject": subject}
        row |= {"relation": relation, "particle": None, "preposition": rest[0] if rest[1:] else None}
        text = triple_text(subject, relation, None, row["preposition"], rest[-1])
        dynamic = relation not in ("wear", "hold", "sit")
        table.append(row | {"object": rest[-1], "text": text, "dynamic": dynamic, "passive": False})
    return pd.DataFrame(table)


def members(facts: pd.DataFrame) -> list[dict]:
    """TUPLES as rows of the table of tuples, a row a member."""
    rows = []
    for number, (name, anchor, negative) in enumerate(TUPLES):
        own = facts.loc[anchor]
        unseen = own["relation"] in ("bite", "wear")
        shared = own[["split", "relation", "dynamic"]].to_dict() | {"tuple_id": number, "set": name}
        shared |= {"unseen_relation": unseen, "unseen_triple": unseen}
        swapped = triple_text(own["object"], own["relation"], None, None, own["subject"])
        other = {"text": swapped, "image_id": None}
        if negative is not None:
            other = facts.loc[negative, ["text", "relation", "image_id"]].to_dict()
        rows += [shared | {"place": 0, "text": own["text"], "image_id": anchor}, shared | {"place": 1} | other]
    return rows


def make_model(folder: Path, seed: int, width: int = 16) -> None:
    """A CLIP with random weights and embeddings of this width."""
    _, config = tiny_model()
    torch.manual_seed(seed)
    size = TINY | {"embed_dim": width}
    save_checkpoint(folder, open_clip.CLIP(**size), config | {"model_cfg": size})


def make_project(root: Path, params: dict = PARAMS) -> None:
    """Everything that stages evaluate and answer read: base, the methods, and a rival of another width."""
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    data, facts = root / "data", triples(list(enumerate(TEST + TRAIN + VAL))).assign(split=SPLITS)
    write_jpegs(data / "captions", [jpeg(number) for number in range(len(facts))])
    captions = facts[["caption_id", "image_id", "split"]].assign(caption="a " + facts["text"] + " outdoors")
    tables = {"captions": captions.to_dict("records"), "triples": facts.to_dict("records")}
    for name, rows in tables.items():
        write_rows(data / name / name / "part-00000.parquet", name, rows)
    write_rows(data / "negatives/tuples.parquet", "tuples", members(facts))
    write_json(data / "negatives/summary.json", {"sets": {name: {"differs": what} for name, what in DIFFERS.items()}})
    for seed, name in enumerate(("base", *params["train"]["methods"])):
        make_model(data / "models" / name, seed)
    for name in params["rivals"]:
        make_model(data / "models" / name, 100, 12)
    for name in ("nouns.csv", "verb_synonyms.csv", "none.json"):
        shutil.copy(ROOT / "data" / name, data)


def embedded(keys, vectors: np.ndarray) -> EmbeddingTable:
    """Embeddings under these keys."""
    return EmbeddingTable(pd.Index(keys), np.asarray(vectors, float))


def random_table(keys, seed: int = 3) -> EmbeddingTable:
    """Random embeddings of 4 numbers under these keys."""
    keys = list(dict.fromkeys(keys))
    return embedded(keys, np.random.default_rng(seed).normal(size=(len(keys), 4)))


def inputs(**given) -> Inputs:
    """Inputs of which a test gives those that it needs; `test` and `train` are rows of `triples`."""
    by_split = {split: triples(given.pop(split, [(0, "man ride horse")]), split) for split in ("train", "test")}
    words = pd.DataFrame({"word": ["man", "horse", "dog"], "kind": "animate", "other": ""})
    known = {"triples": by_split, "nouns": words, "verbs": words, "seed": 0, "draws": (50, 0)}
    return Inputs(**(dict.fromkeys(Inputs._fields) | known | given))


def model(images: EmbeddingTable, texts: EmbeddingTable | None = None, **given) -> Evaluated:
    """A model with these embeddings."""
    embed = None if texts is None else lambda more: texts.of(list(more))
    known = {"embed": embed, "answers": None, "temperature": 0.01, "calibration": {}}
    return Evaluated(images=images, texts=texts, **(known | given))
