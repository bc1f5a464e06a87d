"""What defines a measure: a file of stages/evaluate/measures says what it needs embedded and which rows it returns."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import EmbeddingTable
from stages.evaluate.bootstrap import cluster_sums, ratio_intervals
from stages.evaluate.inputs import Inputs

KEYS = ["set", "direction", "slice"]


class Evaluated(NamedTuple):
    """A model on the test split."""

    images: EmbeddingTable  # of the test split, and of what measures need
    texts: EmbeddingTable  # of the tuples and captions of the test split, and of what measures need
    embed: Callable[[Sequence[str]], np.ndarray]  # more texts to exact embeddings (T, D)
    answers: pd.DataFrame  # as by stages.evaluate.answers
    temperatures: dict[str, float]  # CLIP's own, and the one fitted on split val if there is one
    threshold: float  # the cosine from which a relation stands out; NaN: not fitted


class Measure(NamedTuple):
    """An entry of the registry of measures: `MEASURE` in a module of stages/evaluate/measures."""

    rows: Callable[[Inputs, Evaluated], pd.DataFrame]  # columns KEYS, value, count; optionally low, high, chance
    title: str  # of its section in the report
    text: str  # below the title
    texts: Callable[[Inputs], Iterable[str]] = lambda inputs: ()  # to be embedded for it
    order: int = 100  # of the sections in the report
    columns: tuple[str, ...] = ("set", "direction")  # what heads the columns of its table; the others name its rows
    folded: bool = False  # whether its section is closed at first


def means(columns: dict[tuple[str, str, str], np.ndarray], clusters: np.ndarray, inputs: Inputs) -> pd.DataFrame:
    """A row for each of `columns`, KEYS to values (N,) with NaN for absent ones: mean, 95% interval and count.

    Columns without values are left out. `clusters` (N,) are the images.
    """
    present = {key: values for key, values in columns.items() if not np.isnan(values).all()}
    table = pd.DataFrame(list(present), columns=KEYS)
    if not present:
        return table.assign(value=0.0, low=0.0, high=0.0, count=0)
    sums, counts = cluster_sums(np.stack(list(present.values()), axis=1), np.asarray(clusters))
    cells = ratio_intervals(sums, counts, inputs.resamples, inputs.seed)
    return table.assign(**dict(zip(("value", "low", "high", "count"), cells)))


def overall(rows: pd.DataFrame, differs: dict[str, str]) -> dict[str, float]:
    """The two numbers of the trade, in shares, from rows of the measures relation and retrieval.

    `relation` is the mean image-to-text accuracy over the hard sets; without one it is left out. `retention` is the
    mean of recall@1 both ways.

    >>> rows = [("relation", "dynamic", "i2t", "all", 1.0), ("relation", "swapped", "i2t", "all", 0.0)]
    >>> rows += [("retrieval", "captions", way, "recall@1", value) for way, value in (("i2t", 0.5), ("t2i", 0.25))]
    >>> table = pd.DataFrame(rows, columns=["measure", "set", "direction", "slice", "value"])
    >>> overall(table, {"dynamic": "verb", "swapped": "roles", "random": ""})
    {'relation': 0.5, 'retention': 0.375}
    """
    hard = rows[(rows["measure"] == "relation") & (rows["slice"] == "all") & (rows["direction"] == "i2t")]
    hard = hard[hard["set"].map(differs).astype(bool)]
    recall = rows[(rows["measure"] == "retrieval") & (rows["slice"] == "recall@1")]
    relation = {"relation": float(hard["value"].mean())} if len(hard) else {}
    return relation | {"retention": float(recall["value"].mean())}
