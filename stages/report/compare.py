"""Methods side by side: paired differences on the same tuples, the best method, telling examples."""

import numpy as np
import pandas as pd

from stages.evaluate.bootstrap import cluster_sums, interval, resampled_ratios

METHODS = ("base", "clip", "negclip", "drive", "ours")
PAIRS = tuple((later, earlier) for i, later in enumerate(METHODS) for earlier in METHODS[:i])


def differences(tuples: dict[str, pd.DataFrame], resamples: int, seed: int) -> pd.DataFrame:
    """Accuracy of one method minus another's on the same tuples, with a paired 95% interval.

    `tuples` maps a method to its answered tuples, all with the same tuple_id. One row per pair of
    PAIRS with both present, set and direction; images are resampled as in the accuracies.

    >>> answers = {"tuple_id": [0, 1], "set": "random", "image_id": [0, 1], "t2i": 1.0, "group": 1.0}
    >>> drive, base = (pd.DataFrame({**answers, "i2t": right}) for right in ([1.0, 1.0], [1.0, 0.0]))
    >>> differences({"drive": drive, "base": base}, 10, 0)["difference"].tolist()
    [0.5, 0.0, 0.0]
    """
    rows = []
    for first, second in PAIRS:
        if first in tuples and second in tuples:
            one, other = (tuples[name].sort_values("tuple_id", ignore_index=True) for name in (first, second))
            keys = [
                (group, direction)
                for group in one["set"].unique()
                for direction in ("i2t", "t2i", "group")
                if one.loc[one["set"] == group, direction].notna().any()
            ]
            columns = [
                np.where(one["set"] == group, one[direction] - other[direction], np.nan)
                for group, direction in keys
            ]
            sums, counts = cluster_sums(np.stack(columns, axis=1), one["image_id"].to_numpy())  # (C, M)
            low, high = interval(resampled_ratios(sums, counts, resamples, seed))
            means = sums.sum(0) / counts.sum(0)
            rows += [(first, second, *key, *cell) for key, *cell in zip(keys, means, low, high)]
    columns = ["method", "minus", "set", "direction", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def best_method(retention: pd.DataFrame) -> str:
    """The tuned method of the highest `relation` in the table of retention; base only where nothing else is."""
    tuned = retention.set_index("method")["relation"].drop("base", errors="ignore")
    return tuned.idxmax() if len(tuned) else "base"


def examples(base: pd.DataFrame, best: pd.DataFrame, gained: bool, count: int) -> pd.DataFrame:
    """Tuples that only the best method (`gained`) or only base answers rightly, the clearest first.

    The margin is the cosine of the true text less that of the best negative text; clearest means the
    largest change of margin. Only tuples with a negative image, one tuple per anchor image; random
    negatives are easy, so their tuples come after all others.
    """
    columns = ["tuple_id", "i2t", "true_score", "text_score"]
    both = best.merge(base[columns], on="tuple_id", suffixes=("", "_base"))
    right, wrong = ("i2t", "i2t_base") if gained else ("i2t_base", "i2t")
    both = both[(both[right] == 1) & (both[wrong] == 0) & (both["images"].str.len() > 1)]
    margin = both["true_score"] - both["text_score"]
    change = margin - (both["true_score_base"] - both["text_score_base"])
    both = both.assign(easy=both["set"] == "random", change=change if gained else -change)
    both = both.sort_values(["easy", "change", "tuple_id"], ascending=[True, False, True])
    return both.drop_duplicates("image_id").head(count).reset_index(drop=True)
