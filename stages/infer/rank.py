"""Candidates in the order of their probability."""

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import softmax

RELATIONS = pa.schema(
    [
        ("picture", pa.string()),
        ("subject", pa.string()),  # null, as are relation and object, for a sentence of one's own
        ("relation", pa.string()),  # with its particle and preposition: "sit on"
        ("object", pa.string()),
        ("text", pa.string()),
        ("score", pa.float64()),  # cosine of picture and text
        ("probability", pa.float64()),  # among all candidates, of which the table may list only the first
        ("rank", pa.int32()),  # 1: the most probable
    ]
)


def ranked(candidates: pd.DataFrame, cosines: np.ndarray, temperature: float, picture: str, top: int) -> pd.DataFrame:
    """The `top` of C candidates, with the columns of RELATIONS; `cosines` (C,). Equal ones keep their order.

    >>> found = ranked(pd.DataFrame({"text": ["a", "b"]}), np.array([0.1, 0.1 + 0.1 * np.log(3)]), 0.1, "p.jpg", 2)
    >>> found[["text", "probability", "rank"]].round(2).values.tolist()
    [['b', 0.75, 1], ['a', 0.25, 2]]
    """
    order = np.argsort(-cosines, kind="stable")[:top]
    rows = candidates.iloc[order].reset_index(drop=True)
    if "relation" in rows:
        parts = rows[["relation", "particle", "preposition"]].fillna("").agg(" ".join, axis=1)
        rows["relation"] = parts.str.split().str.join(" ")
    shares = softmax(cosines / temperature)[order]
    rows = rows.assign(picture=picture, score=cosines[order], probability=shares, rank=np.arange(1, len(order) + 1))
    return rows.reindex(columns=RELATIONS.names)
