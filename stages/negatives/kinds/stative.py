"""Stative: the same subject and object, a state that excludes the anchor's."""

from dataclasses import replace

import numpy as np
import pandas as pd

from stages.negatives.kinds import dynamic


def with_stative_verb(items: pd.DataFrame) -> np.ndarray:
    """Items of a stative verb (N,)."""
    return items["dynamic"].eq(False).fillna(False).to_numpy(bool)


KIND = replace(
    dynamic.KIND,
    number=1,
    colour="#2f8f8a",
    negative="same subject and object, a state that excludes the anchor's (sit, stand)",
    belongs=with_stative_verb,
)
