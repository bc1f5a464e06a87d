"""What defines a measure, and what it is computed from."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from stages.common.clip.embedding_table import EmbeddingTable
from stages.evaluate.bootstrap import KEYS
from stages.evaluate.inputs import Inputs

COLUMNS = [*KEYS, "value", "count"]  # the least that the rows of a measure have


class Evaluated(NamedTuple):
    """A model on the test split."""

    images: EmbeddingTable  # of the test split, and the pictures for calibration
    texts: EmbeddingTable  # of the tuples and captions of the test split
    embed: Callable[[Iterable[str]], np.ndarray]  # from more texts to exact embeddings (T, D)
    answers: pd.DataFrame  # as by stages.evaluate.answers
    temperature: float  # CLIP's own
    calibration: dict  # as by stages.evaluate.calibration; empty: not fitted
    statements: np.ndarray | None = None  # embeddings (C, D) of the statements of Inputs


class Measure(NamedTuple):
    """An entry of the registry of measures: `MEASURE` in a module of stages/evaluate/measures."""

    rows: Callable[[Inputs, Evaluated], pd.DataFrame]  # COLUMNS, and optionally low, high and chance
    title: str  # of its section in the report
    text: str | None  # below the title: the module's docstring
    order: int = 100  # of the sections in the report
    columns: tuple[str, ...] = ("set", "direction")  # what heads the columns of its table; the others name its rows


def overall(rows: pd.DataFrame, differs: dict[str, str]) -> dict[str, float]:
    """What a model gains and what it keeps, in shares, from rows of the measures relation and retrieval.

    `relation` is the mean image-to-text accuracy over the hard sets; without one it is left out. `retention` is the
    mean of recall@1 both ways.
    """
    hard = rows[(rows["measure"] == "relation") & (rows["slice"] == "all") & (rows["direction"] == "i2t")]
    hard = hard[hard["set"].map(differs).astype(bool)]
    recall = rows[(rows["measure"] == "retrieval") & (rows["slice"] == "recall@1")]
    relation = {"relation": float(hard["value"].mean())} if len(hard) else {}
    return relation | {"retention": float(recall["value"].mean())}
