"""Accuracy against the number of distinct training tuples: python -m tools.curve FOLDER [SIZE ...].

In the project's root, after `dvc repro`: trains every method of the parameters from the same base on SIZE tuples (250
to 4,000 and all where none is given), each with three seeds that draw the tuples and the batches, for a third of the
steps of the default run, and measures on the whole test split. FOLDER keeps what is finished, so a rerun resumes, and
two runs at once may take some sizes each. Writes tools/curve.csv and tools/curve.svg of the sizes that it was given.
"""

import argparse
import contextlib
import json
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm import tqdm

from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.files.errors import run_stage
from stages.common.files.params import load_params
from stages.common.files.storage import write_json
from stages.common.files.tables import SCHEMAS, read_table, tuple_rows, write_table
from stages.evaluate.inputs import TUPLES, read_inputs
from stages.evaluate.measures import MEASURES
from stages.evaluate.model import evaluate
from stages.report.collect import colours
from stages.report.plots import STYLE, canvas, svg, with_legend
from stages.train.__main__ import main as train
from tools.project_folder import make_project

INPUTS = ("captions", "triples", "features", "models/base", "negatives/summary.json")
SIZES = ("250", "1000", "4000", "all")
STEPS = 1 / 3  # of the default run
SEEDS = (0, 1, 2)
PANELS = {"swapped": "swapped roles", "stative": "stative verbs", "recall@1": "whole captions, recall@1"}


def subset(tuples: pa.Table, weights: dict[str, float], size: int, seed: int) -> tuple[pa.Table, dict[str, float]]:
    """About `size` training tuples beside all others, and weights of the sets that give as many batches as before.

    The shares of the sets in the batches stay the same. A tuple is drawn with those of the same members, in which its
    negatives are the anchor.
    """
    place = tuples["place"].to_numpy()  # (M,) of members
    rows = tuple_rows(place)  # (N, K+1)
    member = tuples.select(["image_id", "text"]).to_pandas().groupby(["image_id", "text"], dropna=False).ngroup()
    members = np.sort(np.where(rows >= 0, member.to_numpy()[rows], -1), axis=1)  # (N, K+1)
    sets, split = (tuples[name].to_numpy()[rows[:, 0]] for name in ("set", "split"))  # (N,) each
    batches = {name: weight * np.sum((sets == name) & (split == "train")) for name, weight in weights.items()}
    rng, kept, changed = np.random.default_rng([seed, 4]), split != "train", {}
    for name in sorted(batches):
        mine = np.flatnonzero((sets == name) & (split == "train"))  # (n,)
        group = pd.factorize(pd.Series(list(map(tuple, members[mine]))))[0]  # (n,)
        order = rng.permutation(group.max(initial=-1) + 1)[group]  # (n,)
        chosen = mine[np.argsort(order, kind="stable")[: round(size * batches[name] / sum(batches.values()))]]
        if len(chosen):
            kept[chosen], changed[name] = True, float(batches[name] / len(chosen))
    return tuples.filter(pa.array(kept[np.cumsum(place == 0) - 1])), weights | changed


def measure(method: str) -> dict[str, float]:
    """Percent right of a model on each set of the test split, and recall@1 of whole captions: means of both ways."""
    inputs = read_inputs()
    model = evaluate(load_checkpoint(MODELS / method), inputs)
    found = model.answers.groupby("set")[["i2t", "t2i"]].mean().mean(axis=1).to_dict()
    recall = MEASURES["retrieval"].rows(inputs, model)
    found["recall@1"] = recall.loc[recall["slice"] == "recall@1", "value"].mean()
    return {name: round(100 * value, 1) for name, value in found.items()}


def run(folder: Path, method: str, size: str, seed: int) -> dict[str, float]:
    """The measures of one method, trained in `folder` on `size` tuples of the project ("all": every one).

    They are kept in FOLDER/found.json.
    """
    if not (kept := folder / "found.json").is_file():
        params, tuples = load_params(), read_table(TUPLES, SCHEMAS["tuples"])
        weights = {name: STEPS * weight for name, weight in params["train"]["sets"].items()}
        if size != "all":
            tuples, weights = subset(tuples, weights, int(size), seed)
        params["train"] |= {"sets": weights, "warmup": round(STEPS * params["train"]["warmup"])}
        make_project(folder, Path.cwd(), INPUTS, params | {"seed": seed})
        write_table(folder / TUPLES, tuples, SCHEMAS["tuples"])
        with contextlib.chdir(folder):
            train([method])
            write_json(kept, measure(method))
    return json.loads(kept.read_text(encoding="utf-8"))


@matplotlib.rc_context(STYLE | {"text.parse_math": True})  # powers of ten on the axis
def chart(table: pd.DataFrame, colour: dict[str, str]) -> str:
    """An SVG, a panel a measure: a line a method through the means over seeds, a band from least to greatest."""
    figure = canvas(3.6)
    for panel, (name, title) in zip(figure.subplots(1, len(PANELS)), PANELS.items()):
        for method, rows in table.groupby("method", sort=False):
            found = rows.groupby("tuples")[name].agg(["mean", "min", "max"])
            panel.plot(found.index, found["mean"], color=colour[method], marker="o", ms=3.5, label=method)
            panel.fill_between(found.index, found["min"], found["max"], color=colour[method], alpha=0.15, lw=0)
        panel.set(xscale="log", xlabel="training tuples", title=title)
        panel.grid(color="#e8eaed")
    return svg(with_legend(figure, "percent right"))


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", nargs="*", default=SIZES)
    args, methods = parser.parse_args(arguments), load_params()["train"]["methods"]
    train_ids = read_table(TUPLES, SCHEMAS["tuples"], ["tuple_id"], pc.field("split") == "train")["tuple_id"]
    total = pc.count_distinct(train_ids).as_py()
    cells, rows = [(size, method, seed) for seed in SEEDS for size in args.sizes for method in methods], []
    for size, method, seed in tqdm(cells, desc="runs"):
        found = run(args.folder.absolute() / size / method / str(seed), method, size, seed)
        rows.append({"method": method, "tuples": total if size == "all" else int(size), "seed": seed} | found)
    table = pd.DataFrame(rows)
    table.to_csv("tools/curve.csv", index=False)
    losses = {method: options["loss"] for method, options in methods.items()}
    Path("tools/curve.svg").write_text(chart(table, colours(methods, losses, ())), encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
