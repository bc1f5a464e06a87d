"""Seconds, memory and disk of every stage on a large set: python -m tools.benchmarks.large WORK SET [STAGE ...].

SET is a folder as tools.make_large writes it, or COCO itself; WORK gets tables and models. In the project's root,
after `dvc repro base`: its base is the model here, the compact one by default, which trains 200 steps of `ours`; all
else is as in preset coco. WORK/measured.json keeps a row a stage, and a stage that is in it is not run again; a STAGE
is one of captions, parse, triples, features, negatives, "train ours", "evaluate ours". Prints a table:

- seconds by the clock, and processor seconds of all processes, which other load on the machine changes little;
- the highest sum over all processes of PSS, in which memory that processes share counts once, and the highest
  of one process; both every half second, Linux alone;
- what the stage added to WORK on disk.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from ruamel.yaml import YAML

from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_json
from stages.common.files.params import load_params
from tools.preset import lay_over

ROOT = Path(__file__).parents[2]
STAGES = ("captions", "parse", "triples", "features", "negatives", "train ours", "evaluate ours")
STEPS = 200
LINKED = ("parser", "verbs.csv", "nouns.csv", "verb_synonyms.csv", "models/base")
TABLE = ("stage", "seconds", "processor seconds", "GiB, all processes", "GiB, one process", "GiB on disk")


def prepare(work: Path, source: Path) -> None:
    """The folder that stages run in: the parameters of preset coco with the base that is here, and what stages read."""
    if not (ROOT / "data/models/base").is_dir():
        raise InputError("data/models/base is missing; run `dvc repro base` first")
    for name in LINKED:
        link = work / "data" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(ROOT / "data" / name)
    params = load_params(ROOT / "params.yaml")
    base = params["base"]
    lay_over(params, load_params(ROOT / "presets/coco.yaml"))
    lay_over(params, {"base": base, "captions": {"root": str(source.absolute())}, "train": {"epochs": 1}})
    YAML().dump(params, work / "params.yaml")


def few_steps(work: Path) -> None:
    """Weights of the sets of tuples such that an epoch has STEPS batches, as many of each set, and a warm-up to fit."""
    params = load_params(work / "params.yaml")
    found = json.loads((work / "data/negatives/summary.json").read_text(encoding="utf-8"))["sets"]
    counts = {name: found[name]["tuples"]["train"] for name in params["train"]["sets"]}
    batch, some = params["train"]["batch_size"], [name for name, count in counts.items() if count]
    params["train"]["sets"] = {
        name: min(1000.0, STEPS / len(some) * batch / counts[name]) if name in some else 0.0 for name in counts
    }
    params["train"]["warmup"] = STEPS // 10
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
    """Run a command in `work` and measure it: the columns of TABLE but the first. InputError where it fails."""
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
    return dict(zip(TABLE[1:], (round(value, 3) for value in values)))


def table(rows: dict[str, dict[str, float]]) -> str:
    """The rows as Markdown.

    >>> print(table({"parse": dict(zip(TABLE[1:], (12.34, 20.0, 1.5, 0.75, 0.004)))}))
    | stage | seconds | processor seconds | GiB, all processes | GiB, one process | GiB on disk |
    |---|---|---|---|---|---|
    | parse | 12 | 20 | 1.50 | 0.75 | 0.00 |
    """
    lines = [f"| {' | '.join(TABLE)} |", "|---" * len(TABLE) + "|"]
    for stage, row in rows.items():
        cells = [f"{row[name]:.0f}" if "seconds" in name else f"{row[name]:.2f}" for name in TABLE[1:]]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    if len(sys.argv) < 3:
        raise InputError("name a folder to work in and a set: python -m tools.benchmarks.large WORK SET [STAGE ...]")
    work, source, stages = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or STAGES
    prepare(work, source)
    kept = work / "measured.json"
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for stage in stages:
        if stage not in rows:
            if stage.startswith("train"):
                few_steps(work)
            rows[stage] = measured([sys.executable, "-m", *f"stages.{stage}".split()], work)
            write_json(kept, rows)
    print(table(rows))


if __name__ == "__main__":
    run_stage(main)
