"""Statements: the distinct triples of the training captions, which say what a relation of a picture may be."""

import numpy as np
import pandas as pd
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("subject", pa.string()),
        ("relation", pa.string()),
        ("particle", pa.string()),  # null: none
        ("preposition", pa.string()),  # null: none
        ("object", pa.string()),
        ("passive", pa.bool_()),
        ("text", pa.string()),
        ("count", pa.int64()),  # triples that say it
    ]
)
PHRASE = ["relation", "particle", "preposition", "passive"]  # a triple without its nouns
COLUMNS = ["image_id", "split", *SCHEMA.names[:-1]]  # what is read of the triples


def training_statements(triples: pd.DataFrame) -> pd.DataFrame:
    """The statements of split train with columns of SCHEMA, the commonest first, each text once.

    What is said of one picture actively and of another passively ("horse ridden by man") has one text.

    >>> said = {"subject": "man", "relation": "ride", "particle": None, "preposition": None, "object": "horse"}
    >>> rows = [said | {"split": split, "passive": False, "text": "man riding horse"} for split in ("train", "test")]
    >>> training_statements(pd.DataFrame(rows))[["text", "count"]].values.tolist()
    [['man riding horse', 1]]
    """
    said = triples[triples["split"] == "train"]
    counts = said["text"].value_counts()
    distinct = said.drop_duplicates("text")
    distinct = distinct.assign(count=distinct["text"].map(counts).astype("int64"))
    return distinct.sort_values(["count", "text"], ascending=[False, True], ignore_index=True)[SCHEMA.names]


def said_of(texts: pd.Series, triples: pd.DataFrame, image_ids: pd.Index) -> np.ndarray:
    """Which of the C `texts` the captions of each of I images say, bool (I, C).

    >>> triples = pd.DataFrame({"image_id": [7, 7, 8], "text": ["a", "c", "b"]})
    >>> said_of(pd.Series(["a", "b"]), triples, pd.Index([7, 8])).tolist()
    [[True, False], [False, True]]
    """
    rows, columns = image_ids.get_indexer(triples["image_id"]), pd.Index(texts).get_indexer(triples["text"])
    said = np.zeros((len(image_ids), len(texts)), bool)  # (I, C)
    known = (rows >= 0) & (columns >= 0)
    said[rows[known], columns[known]] = True
    return said
