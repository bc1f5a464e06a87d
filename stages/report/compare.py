"""Models side by side on the same tuples: paired differences, and pictures of gains and losses."""

import base64
import itertools

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_jpegs, read_table
from stages.evaluate.answers import DIRECTIONS
from stages.evaluate.bootstrap import cluster_sums, ratio_intervals
from stages.report.collect import BASE, CONTROL, TUPLES

COLUMNS = ["model", "minus", "set", "direction", "difference", "low", "high"]
GALLERY = 6  # cards of clearest gains, and of worst losses


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


def page_pairs(differences: pd.DataFrame, best: str) -> pd.DataFrame:
    """The pairs on the page, both directions: the best model minus every other, and every other beside the control."""
    turned = differences[differences["minus"] == best]
    turned = turned.assign(model=best, minus=turned["model"], low=-turned["high"], high=-turned["low"])
    turned = turned.assign(difference=-turned["difference"])
    pairs = pd.concat([differences[differences["minus"] != best], turned])
    shown = pairs[["model", "minus"]].isin([best, CONTROL]).any(axis=1)
    return pairs[shown & (pairs["direction"] != "group")]


def gallery(answers: dict[str, pd.DataFrame], best: str, hard: list[str]) -> list[tuple[str, list[dict]]]:
    """The cards of the clearest gains and the worst losses of the best model against base, with their headings.

    Empty where either is missing.
    """
    if best == BASE or BASE not in answers:
        return []
    headings = {f"Clearest gains of {best}": True, f"Worst losses of {best}": False}
    chosen = {title: examples(answers[BASE], answers[best], gained, hard) for title, gained in headings.items()}
    numbers = pc.field("tuple_id").isin(pd.concat(chosen)["tuple_id"].tolist())
    table = read_table(TUPLES, SCHEMAS["tuples"], ["tuple_id", "place", "image_id", "text"], numbers)
    members = table.sort_by([("tuple_id", "ascending"), ("place", "ascending")]).to_pylist()
    images = sorted({member["image_id"] for member in members} - {None})
    jpegs = dict(zip(images, read_jpegs(images)))
    return [(title, cards(rows, members, jpegs, best)) for title, rows in chosen.items()]


def examples(base: pd.DataFrame, best: pd.DataFrame, gained: bool, hard: list[str]) -> pd.DataFrame:
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
    return both.drop_duplicates("image_id").head(GALLERY).reset_index(drop=True)


def cards(rows: pd.DataFrame, members: list[dict], jpegs: dict[int, bytes], best: str) -> list[dict]:
    """A card for each of `rows`, as by `examples`: the anchor and a negative, and the anchor image's cosines.

    The negative's text is the one that scores best; its image is that text's, or the first of the tuple's negatives.
    `members` are those of the tuples in order of place: tuple_id, image_id (None: a text alone) and text.
    """
    found = []
    for row in rows.itertuples():
        own = [member for member in members if member["tuple_id"] == row.tuple_id]
        rival = own[row.best_text]
        pictured = next(one["image_id"] for one in (rival, *own[1:]) if one["image_id"] is not None)
        images = {"anchor": jpegs[own[0]["image_id"]], "negative": jpegs[pictured]}
        card = {name: data_uri(jpeg, "image/jpeg") for name, jpeg in images.items()}
        card |= {"set": row.set, "text": own[0]["text"], "rival": rival["text"]}
        scores = [(BASE, row.true_score_base, row.text_score_base), (best, row.true_score, row.text_score)]
        found.append(card | {"scores": scores})
    return found


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as a data URI; `kind` is the media type, such as image/jpeg."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
