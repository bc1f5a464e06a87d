"""Accuracy against the number of distinct training tuples: python -m tools.curve FOLDER [SIZE ...].

In the project's root, after `dvc repro`: trains every method of the parameters from the same base on SIZE
tuples (250 to 4,000 and all where none is given), each with three seeds that draw the tuples and the batches,
for a third of the steps of the default run, and measures on the whole test split. FOLDER keeps what is finished,
so a rerun goes on from there, and two runs at once may take some sizes each. Writes tools/curve.csv and
tools/curve.svg of the sizes that it was given.
"""

import sys
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from stages.common.files.params import load_params
from stages.common.files.tables import SCHEMAS, read_table, write_table
from stages.report.plots import STYLE, canvas, svg
from stages.train.__main__ import main as train
from stages.train.losses import LOSSES
from tools.trial import call, inside, measure, once

INPUTS = ("captions", "triples", "features", "models/base")
TUPLES = "data/negatives/tuples.parquet"
SIZES = ("250", "1000", "4000", "all")
STEPS = 1 / 3  # of the default run
SEEDS = (0, 1, 2)
SHOWN = {"swapped": "swapped roles", "stative": "stative verbs", "recall@1": "whole captions, recall@1"}


def subset(tuples: pd.DataFrame, weights: dict[str, float], size: int, seed: int) -> tuple[pd.DataFrame, dict]:
    """About `size` training tuples beside all others, and the weights that give as many batches as before.

    A set's part is what it has of all batches. A tuple is drawn with its mirrored ones, in which its
    negatives are the anchor: they have the same members.
    """
    train = tuples[tuples["split"] == "train"]
    counts = train["set"].value_counts()
    batches = {name: weight * counts.get(name, 0) for name, weight in weights.items()}
    rng, kept, changed = np.random.default_rng([seed, 4]), [tuples[tuples["split"] != "train"]], {}
    for name, rows in train.groupby("set"):
        members = [tuple(sorted((a, *n))) for a, n in zip(rows["anchor"], rows["negatives"], strict=True)]
        group = pd.factorize(pd.Series(members))[0]  # (N,)
        order = rng.permutation(group.max() + 1)[group]  # (N,)
        wanted = round(size * batches.get(name, 0) / sum(batches.values()))
        chosen = rows.iloc[np.argsort(order, kind="stable")[:wanted]]
        if wanted:
            changed[name] = float(batches[name] / len(chosen))
            kept.append(chosen)
    return pd.concat(kept).sort_values("tuple_id"), weights | changed


def run(folder: Path, root: Path, method: str, size: str, seed: int) -> dict[str, float]:
    """Train one method in `folder` on `size` tuples of `root` ("all": every one), and measure it."""
    params = load_params(root / "params.yaml")
    tuples = read_table(root / TUPLES, SCHEMAS["tuples"]).to_pandas()
    weights = {name: STEPS * weight for name, weight in params["train"]["sets"].items()}
    if size != "all":
        tuples, weights = subset(tuples, weights, int(size), seed)
    params["train"]["sets"], params["train"]["warmup"] = weights, round(STEPS * params["train"]["warmup"])
    params["seed"] = seed
    rows = pa.Table.from_pandas(tuples, SCHEMAS["tuples"], preserve_index=False)
    write_table(folder / TUPLES, rows, SCHEMAS["tuples"])
    with inside(folder, root, INPUTS, params):
        call(train, method)
        return measure(method)


@matplotlib.rc_context(STYLE | {"text.parse_math": True})  # powers of ten on the axis
def chart(table: pd.DataFrame) -> str:
    """An SVG, a panel a measure: a line a method through the means over seeds, a band from least to greatest."""
    figure = canvas(3.6)
    for panel, (name, title) in zip(figure.subplots(1, len(SHOWN)), SHOWN.items(), strict=True):
        for method, rows in table.groupby("method", sort=False):
            found = rows.groupby("tuples")[name].agg(["mean", "min", "max"])
            panel.plot(found.index, found["mean"], color=LOSSES[method].colour, marker="o", ms=3.5, label=method)
            panel.fill_between(found.index, found["min"], found["max"], color=LOSSES[method].colour, alpha=0.15, lw=0)
        panel.set(xscale="log", xlabel="training tuples", title=title)
        panel.grid(color="#e8eaed")
    figure.axes[0].set_ylabel("percent right")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return svg(figure)


def main(folder: str, *sizes: str) -> None:
    root, rows, params = Path.cwd(), [], load_params()
    total = (read_table(TUPLES, SCHEMAS["tuples"], ["split"]).to_pandas()["split"] == "train").sum()
    cells = [(s, m, seed) for seed in SEEDS for s in sizes or SIZES for m in params["train"]["methods"]]
    for size, method, seed in tqdm(cells, desc="runs"):
        place = Path(folder).absolute() / size / method / str(seed)
        found = once(place / "found.json", partial(run, place, root, method, size, seed))
        rows.append({"method": method, "tuples": total if size == "all" else int(size), "seed": seed} | found)
    table = pd.DataFrame(rows)
    for name in ("swapped", "stative"):
        table[name] = (table[f"{name} i2t"] + table[f"{name} t2i"]) / 2
    table.to_csv("tools/curve.csv", index=False)
    Path("tools/curve.svg").write_text(chart(table), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
