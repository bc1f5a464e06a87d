"""Models side by side: paired differences on the same tuples, and examples."""

import itertools

import numpy as np
import pandas as pd

from stages.common.files.errors import InputError
from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.bootstrap import cluster_sums, ratio_intervals

COLUMNS = ["model", "minus", "set", "direction", "difference", "low", "high"]


def differences(answers: dict[str, pd.DataFrame], resamples: int, seed: int) -> pd.DataFrame:
    """Accuracy of one model minus another's on the same tuples, with a paired 95% interval.

    `answers` are the answered tuples by model, sorted by tuple_id. A row for each pair, the later model first, set and
    direction. InputError where two models answered different tuples.

    >>> rows = {"tuple_id": [0, 1], "set": "random", "image_id": [0, 1], "t2i": 1.0, "group": 1.0}
    >>> base, mine = (pd.DataFrame({**rows, "i2t": right}) for right in ([1.0, 0.0], [1.0, 1.0]))
    >>> differences({"base": base, "mine": mine}, 10, 0)["difference"].tolist()
    [0.5, 0.0, 0.0]
    """
    rows = []
    for (earlier, other), (later, one) in itertools.combinations(answers.items(), 2):
        if not one["tuple_id"].equals(other["tuple_id"]):
            raise InputError(f"data/evaluate/{earlier} and data/evaluate/{later} have other tuples; run `dvc repro`")
        asked = itertools.product(one["set"].unique(), DIRECTIONS)
        keys = [key for key in asked if one.loc[one["set"] == key[0], key[1]].notna().any()]
        columns = [np.where(one["set"] == name, one[way] - other[way], np.nan) for name, way in keys]
        sums, counts = cluster_sums(np.stack(columns, axis=1), one["image_id"].to_numpy())  # (C, M)
        cells = zip(*ratio_intervals(sums, counts, resamples, seed)[:3])
        rows += [(later, earlier, *key, *cell) for key, cell in zip(keys, cells)]
    return pd.DataFrame(rows, columns=COLUMNS)


def examples(base: pd.DataFrame, best: pd.DataFrame, gained: bool, hard: list[str], count: int) -> pd.DataFrame:
    """Tuples that only the best model (`gained`) or only base answers rightly, the clearest first.

    The margin is the cosine of the true text minus that of the best negative text; the clearest tuples change most in
    margin. Only tuples with a negative image, one for each anchor image; sets that are not `hard` come last.
    """
    columns = ["tuple_id", "i2t", "true_score", "text_score"]
    both = best.merge(base[columns], on="tuple_id", suffixes=("", "_base"))
    right, wrong = ("i2t", "i2t_base") if gained else ("i2t_base", "i2t")
    both = both[(both[right] == 1) & (both[wrong] == 0) & both["t2i"].notna()]
    margin = both["true_score"] - both["text_score"]
    change = margin - (both["true_score_base"] - both["text_score_base"])
    both = both.assign(easy=~both["set"].isin(hard), change=change if gained else -change)
    both = both.sort_values(["easy", "change", "tuple_id"], ascending=[True, False, True])
    return both.drop_duplicates("image_id").head(count).reset_index(drop=True)
