"""Image towers of the compact CLIP, accuracy against CPU seconds: python -m tools.towers FOLDER [NAME ...].

In the project's root, after `dvc repro`: with each tower (or those named) trains base and then `ours` by the
project's parameters, evaluates both on the test split, and prints a row a tower. FOLDER keeps what is finished.
Seconds are of all cores together.
"""

import json
import sys
import time
from functools import partial
from pathlib import Path

from stages.base.__main__ import main as base
from stages.common.files.params import load_params
from stages.train.__main__ import main as train
from tools.trial import SETS, call, inside, measure, once

INPUTS = ("captions", "triples", "negatives")
PLAIN = {"image_size": 64, "layers": [1, 1, 1, 1], "head_width": 32}  # a ModifiedResNet of CLIP
VIT = {"image_size": 64, "layers": 4, "width": 128, "patch_size": 8, "head_width": 32}
TIMM = {"image_size": 64, "timm_model_pretrained": False, "timm_pool": "abs_attn", "timm_proj": ""}
TOWERS = {
    "ViT, 4 layers of 128, patches of 8": VIT,
    "timm's test_byobnet, a small ResNet": TIMM | {"timm_model_name": "test_byobnet"},
    "ResNet of width 16, 48 px": PLAIN | {"image_size": 48, "width": 16},
    "ResNet of width 16": PLAIN | {"width": 16},
    "ResNet of width 24": PLAIN | {"width": 24},
}


def run(folder: Path, root: Path, vision: dict) -> dict:
    """Base and `ours` with one image tower: CPU seconds of each, and what they reach."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads(Path("stages/common/compact.json").read_text(encoding="utf-8")) | {"vision_cfg": vision}
    (folder / "tower.json").write_text(json.dumps(config), encoding="utf-8")
    params, found = load_params(root / "params.yaml"), {}
    params["base"]["model"] = str(folder / "tower.json")
    with inside(folder, root, INPUTS, params):
        for name, main, arguments in (("base", base, ()), ("ours", train, ("ours",))):
            begun = time.process_time()
            call(main, *arguments)
            found[name] = {"seconds": round(time.process_time() - begun)} | measure(name)
    return found


def row(name: str, found: dict) -> str:
    """One row of the table, in Markdown."""
    cells = [f"{found['base']['seconds']} + {found['ours']['seconds']}"]
    for model in ("base", "ours"):
        numbers = found[model]
        cells += [f"{numbers[f'{s} i2t']} / {numbers[f'{s} t2i']}" for s in SETS if model == "ours" or s == "swapped"]
        cells.append(f"{numbers['recall@1']}")
    return f"| {name} | " + " | ".join(cells) + " |"


def main(folder: str, *names: str) -> None:
    heads = ["tower", "CPU s, base + ours", "base: swapped", "recall@1", *(f"ours: {s}" for s in SETS), "recall@1"]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in names or TOWERS:
        place = Path(folder).absolute() / "".join(c for c in name if c.isalnum())
        rows.append(row(name, once(place / "found.json", partial(run, place, Path.cwd(), TOWERS[name]))))
    print("\n".join(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
