"""What each part of a method is worth: python -m tools.benchmarks.ablation FOLDER [SEED ...].

In the project's root, after `dvc repro`: trains every variant from the same base on the same tuples, with
each training seed (0 1 2 where none is given: the order of batches and the mirroring), evaluates it on the
test split, and prints mean and standard deviation over seeds. FOLDER keeps what is finished; a rerun goes
on from there, and several runs at once may take a seed each.
"""

import json
import statistics
import sys
from functools import partial
from pathlib import Path

from stages.common.files.params import load_params
from stages.train.__main__ import main as train
from tools.trial import SETS, call, inside, measure, once

INPUTS = ("captions", "triples", "negatives", "features", "models/base")
VARIANTS = {  # the method, and what its run changes of that method's options
    "clip": ("clip", {}),
    "negclip": ("negclip", {}),
    "drive": ("drive", {}),
    "ours": ("ours", {}),
    "ours without captions": ("ours", {"caption_weight": 0}),
    "ours without tuples": ("ours", {"tuple_weight": 0}),
}


def run(folder: Path, root: Path, method: str, changed: dict, seed: int) -> dict[str, float]:
    """Train one variant in `folder`, on the tables of `root`, and measure it."""
    params = load_params(root / "params.yaml")
    params["seed"] = seed
    params["train"]["methods"][method] |= changed
    folder.mkdir(parents=True, exist_ok=True)
    with inside(folder, root, INPUTS, params):
        call(train, method)
        return measure(method)


def table(folder: Path) -> str:
    """Mean and standard deviation over the finished seeds of each variant, as Markdown."""
    heads = [*(f"{name} {way}" for name in SETS for way in ("i2t", "t2i")), "recall@1"]
    lines = ["| variant | seeds | " + " | ".join(heads) + " |", "|---" * (len(heads) + 2) + "|"]
    for name in VARIANTS:
        rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / name).glob("*/found.json"))]
        columns = [[row[head] for row in rows] for head in heads]
        cells = [
            f"{statistics.mean(column):.1f} ± {statistics.stdev(column) if len(column) > 1 else 0:.1f}"
            for column in columns
            if column
        ]
        if rows:
            lines.append(f"| {name} | {len(rows)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(folder: str, *seeds: str) -> None:
    for seed in map(int, seeds or ("0", "1", "2")):
        for name, (method, changed) in VARIANTS.items():
            place = Path(folder).absolute() / name / str(seed)
            once(place / "found.json", partial(run, place, Path.cwd(), method, changed, seed))
    print(table(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
