"""Seconds, memory and disk of every stage on a large set: python -m tools.benchmarks.large WORK SET [STAGE ...].

SET is a folder as tools.make_large writes it, or COCO itself; WORK gets tables and models. In the project's root,
after `dvc repro base`: its base is the model here, which trains 200 steps of `ours`; all else is as in preset coco.
WORK/measured.json keeps a row a stage, and a stage that is in it is not run again; a STAGE is one of captions, parse,
triples, "features base", negatives, "train ours", "evaluate ours". Prints a table:

- seconds by the clock, and processor seconds of all processes, which other load on the machine changes little;
- the highest sum over all processes of PSS, in which memory that processes share counts once, and the highest
  of one process; both every half second, Linux alone;
- what the stage added to WORK on disk.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
from ruamel.yaml import YAML

from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import load_params
from stages.common.files.storage import write_json
from tools.preset import lay_over
from tools.project_folder import make_project

ROOT = Path(__file__).parents[2]
STAGES = ("captions", "parse", "triples", "features base", "negatives", "train ours", "evaluate ours")
STEPS = 200
COLUMNS = ("seconds", "processor seconds", "GiB, all processes", "GiB, one process", "GiB on disk")


def prepare(work: Path, source: Path) -> None:
    """Make the folder that stages run in, with the parameters of preset coco and base from here."""
    if not (ROOT / "data/models/base").is_dir():
        raise InputError("data/models/base is missing; run `dvc repro base` first")
    params = load_params(ROOT / "params.yaml")
    lay_over(params, load_params(ROOT / "presets/coco.yaml"))
    root = {"root": str(source.absolute())}
    lay_over(params, {"captions": root, "train": {"epochs": 1}, "features": {"base": {}}})
    make_project(work, ROOT, ["models/base"], params)


def few_steps(work: Path) -> None:
    """Set `train.sets` so that an epoch has STEPS batches, equally many of each set, and a shorter warm-up."""
    params = load_params(work / "params.yaml")
    found = json.loads((work / "data/negatives/summary.json").read_text(encoding="utf-8"))["sets"]
    counts = {name: found[name]["tuples"]["train"] for name in params["train"]["sets"]}
    wanted = STEPS / sum(count > 0 for count in counts.values()) * params["train"]["batch_size"]  # tuples of a set
    sets = {name: min(100.0, wanted / count) if count else 0.0 for name, count in counts.items()}
    params["train"] |= {"sets": sets, "warmup": STEPS // 10}
    YAML().dump(params, work / "params.yaml")


def size(folder: Path) -> int:
    """Bytes of all files in a folder, without what links lead to."""
    found = (os.lstat(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)
    return sum(info.st_size for info in found)


def pss(process: psutil.Process) -> list[int]:
    """PSS in bytes of a process and of all below it."""
    found = []
    for one in (process, *process.children(recursive=True)):
        try:
            found.append(one.memory_full_info().pss)
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):  # it has ended meanwhile
            continue
    return found


def measured(command: list[str], work: Path) -> dict[str, float]:
    """Run a command in `work` and measure it: COLUMNS. InputError where it fails."""
    before, start, most, one = size(work), time.perf_counter(), 0, 0
    spent = os.times()
    with subprocess.Popen(command, cwd=work, env=os.environ | {"PYTHONPATH": str(ROOT)}) as running:
        process = psutil.Process(running.pid)
        while running.poll() is None:
            found = pss(process)
            most, one = max(most, sum(found)), max(one, *found, 0)
            time.sleep(0.5)
    if running.returncode:
        raise InputError(f"{' '.join(command[1:])} failed with {running.returncode}; see above")
    now = os.times()
    processor = now.children_user + now.children_system - spent.children_user - spent.children_system
    values = (time.perf_counter() - start, processor, most / 2**30, one / 2**30, (size(work) - before) / 2**30)
    return dict(zip(COLUMNS, (round(value, 3) for value in values)))


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("set", type=Path)
    parser.add_argument("stages", nargs="*", default=STAGES)
    args = parser.parse_args(arguments)
    prepare(args.work, args.set)
    kept = args.work / "measured.json"
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for stage in args.stages:
        if stage not in rows:
            if stage.startswith("train"):
                few_steps(args.work)
            rows[stage] = measured([sys.executable, "-m", *f"stages.{stage}".split()], args.work)
            write_json(kept, rows)
    print(pd.DataFrame(rows).T.to_markdown(floatfmt=("", ".0f", ".0f", ".2f", ".2f", ".2f")))


if __name__ == "__main__":
    run_stage(main)
