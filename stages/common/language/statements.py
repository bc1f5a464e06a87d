"""Statements: the distinct triples of the training captions, the candidates when a model names a picture's relation."""

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.files.tables import table_schema

SCHEMA = table_schema(
    [
        ("subject relation particle preposition object", pa.string()),
        ("passive", pa.bool_()),
        ("text", pa.string()),
        ("count", pa.int64()),  # of triples with this text
    ],
    key="text",
    null="particle preposition",
)
VERB_PHRASE = ["relation", "particle", "preposition", "passive"]  # a triple without its nouns
TRIPLE_COLUMNS = ["image_id", "split", *SCHEMA.names[:-1]]  # what is read of the table of triples


def training_statements(triples: pd.DataFrame) -> pd.DataFrame:
    """The statements of split train with the columns of SCHEMA, most frequent first, each text once.

    >>> one = {"subject": "man", "relation": "ride", "particle": None, "preposition": None, "object": "horse"}
    >>> rows = [one | {"split": split, "passive": False, "text": "man riding horse"} for split in ("train", "test")]
    >>> training_statements(pd.DataFrame(rows))[["text", "count"]].values.tolist()
    [['man riding horse', 1]]
    """
    train = triples[triples["split"] == "train"]
    distinct = train.drop_duplicates("text")  # an active and a passive can share a text: "horse ridden by man"
    distinct = distinct.assign(count=distinct["text"].map(train["text"].value_counts()).astype("int64"))
    return distinct.sort_values(["count", "text"], ascending=[False, True], ignore_index=True)[SCHEMA.names]


def stated(texts: pd.Series, triples: pd.DataFrame, image_ids: pd.Index) -> np.ndarray:
    """Which of C `texts` are triples of each of I images, bool (I, C).

    >>> triples = pd.DataFrame({"image_id": [7, 7, 8], "text": ["a", "c", "b"]})
    >>> stated(pd.Series(["a", "b"]), triples, pd.Index([7, 8])).tolist()
    [[True, False], [False, True]]
    """
    rows, columns = image_ids.get_indexer(triples["image_id"]), pd.Index(texts).get_indexer(triples["text"])
    found = np.zeros((len(image_ids), len(texts)), bool)  # (I, C)
    known = (rows >= 0) & (columns >= 0)
    found[rows[known], columns[known]] = True
    return found
