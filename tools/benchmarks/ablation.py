"""What each part of a method is worth: python -m tools.benchmarks.ablation FOLDER [SEED ...].

In the project's root, after `dvc repro`: trains every variant from the same base on the same tuples, with
each training seed (0 1 2 where none is given: the order of batches and the mirroring), evaluates it on the
test split, and prints mean and standard deviation over seeds. FOLDER keeps what is finished; a rerun goes
on from there, and several runs at once may take a seed each.
"""

import contextlib
import json
import statistics
import sys
from pathlib import Path
from unittest import mock

import yaml

from stages.common.params import load_params
from stages.evaluate.__main__ import main as evaluate
from stages.train.__main__ import main as train

INPUTS = ("captions", "triples", "negatives", "features", "train/base")
SETS = ("dynamic", "stative", "swapped", "random")


VARIANTS = {  # the method, and what its run changes of the parameters of train
    "clip": ("clip", {}),
    "negclip": ("negclip", {}),
    "drive": ("drive", {}),
    "ours": ("ours", {}),
    "ours without captions": ("ours", {"caption_weight": 0}),
    "ours without tuples": ("ours", {"tuple_weight": 0}),
}


def run(folder: Path, root: Path, method: str, changed: dict, seed: int) -> None:
    """Train and evaluate one variant in `folder`, on the tables of `root`."""
    params = load_params(root / "params.yaml")
    params["seed"] = seed
    params["train"] |= changed
    params["evaluate"] |= {"resamples": 1, "alphas": [1]}  # intervals and interpolations are not looked at
    for name in INPUTS:
        link = folder / "data" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(root / "data" / name)
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    with contextlib.chdir(folder), mock.patch.object(sys, "argv", ["stage", method]):
        if not Path(f"data/train/{method}").exists():
            train()
        evaluate()


def row(folder: Path) -> list[float]:
    """Accuracy of each set both ways, and recall@1 of whole captions, in percent."""
    (path,) = folder.glob("data/evaluate/*/summary.json")
    summary = json.loads(path.read_text(encoding="utf-8"))
    accuracies = [summary["accuracy"][name][way] for name in SETS for way in ("i2t", "t2i")]
    return [*accuracies, summary["overall"]["retention"]]


def table(folder: Path) -> str:
    """Mean and standard deviation over the finished seeds of each variant, as Markdown."""
    heads = [f"{name} {way}" for name in SETS for way in ("i2t", "t2i")]
    lines = ["| variant | seeds | " + " | ".join([*heads, "recall@1"]) + " |", "|---" * (len(heads) + 3) + "|"]
    for name in VARIANTS:
        done = sorted((folder / name).glob("*/data/evaluate/*/summary.json"))
        rows = [row(path.parents[3]) for path in done]
        cells = [
            f"{statistics.mean(column):.1f} ± {statistics.stdev(column) if len(column) > 1 else 0:.1f}"
            for column in zip(*rows, strict=True)
        ]
        if rows:
            lines.append(f"| {name} | {len(rows)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(folder: str, *seeds: str) -> None:
    for seed in map(int, seeds or ("0", "1", "2")):
        for name, (method, changed) in VARIANTS.items():
            place = Path(folder) / name / str(seed)
            if not list(place.glob("data/evaluate/*/summary.json")):
                run(place.absolute(), Path.cwd(), method, changed, seed)
    print(table(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
